//! The allocator of the page.
//!
//! The standard one (dlmalloc) is made for speed and costs seven kilobytes of code. Two-level segregated fit takes
//! constant time as well and is a quarter of that.

/// Small code, but memory that the browser gives is joined: tables of a capture and long runs grow in large pieces.
struct Options;

impl rlsf::GlobalTlsfOptions for Options {
    const ENABLE_REALLOCATION: bool = false;
    const COALESCE_POOLS: bool = true;
}

#[global_allocator]
static MEMORY: rlsf::GlobalTlsf<Options> = rlsf::GlobalTlsf::new();
