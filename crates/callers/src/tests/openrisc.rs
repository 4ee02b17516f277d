//! openrisc: 8K pages, two levels.

use super::Request::Uncached;
use super::*;

const PAGE: u64 = 0xc400_0000;

fn machine() -> World {
    let pte = |page: u64| (PAGE + page * 0x2000, Level::Pte, (PAGE - 0xc000_0000 + page * 0x2000) | 0x731);
    world("openrisc", &[pte(0), pte(1), pte(2)])
}

#[test]
fn each_page_is_flushed_inside_the_callback() {
    for revision in Revision::ALL {
        let mut now = machine();
        let (words, status) = told(revision, order(Uncached(true), PAGE, PAGE + 0x4000), &mut now);
        assert_eq!(
            words,
            "arch_dma_set_uncached( +init_mm walk c4000000-c4004000 \
             pte[0]:4000731>4000733 flush c4000000-c4002000 dcache 4000000-4002000 \
             pte[1]:4002731>4002733 flush c4002000-c4004000 dcache 4002000-4004000 -init_mm )"
        );
        assert_eq!(status, Status::Done(0));
        let (words, _) = told(revision, order(Uncached(false), PAGE, PAGE + 0x4000), &mut now);
        assert_eq!(
            words,
            "arch_dma_clear_uncached( +init_mm walk c4000000-c4004000 \
             pte[0]:4000733>4000731 flush c4000000-c4002000 \
             pte[1]:4002733>4002731 flush c4002000-c4004000 -init_mm )"
        );
        let mut fresh = machine();
        fresh.allocator = now.allocator.clone();
        assert_eq!(now, fresh, "set and clear undo each other");
    }
}

#[test]
fn nothing_is_checked() {
    // No bytes: the walk refuses. Only one of the two functions can say so.
    let (words, status) = told(Revision::V7_3, order(Uncached(true), PAGE, PAGE), &mut machine());
    assert_eq!(
        (words.as_str(), status),
        ("arch_dma_set_uncached( +init_mm EINVAL -init_mm )=-22", Status::Done(-22))
    );
    let (words, _) = told(Revision::V7_3, order(Uncached(false), PAGE, PAGE), &mut machine());
    assert_eq!(words, "arch_dma_clear_uncached( +init_mm EINVAL -init_mm warns )=-22");
    // Nothing is mapped: a walk with nothing but pte_entry passes over holes without a word.
    let hole = 0xd000_0000;
    let (words, status) = told(Revision::V7_3, order(Uncached(true), hole, hole + 0x2000), &mut machine());
    assert_eq!(words, "arch_dma_set_uncached( +init_mm walk d0000000-d0002000 -init_mm )");
    assert_eq!(status, Status::Done(0));
    // Not a multiple of pages: the last page is changed as well.
    let (words, _) = told(Revision::V7_3, order(Uncached(true), PAGE, PAGE + 0x2001), &mut machine());
    assert_eq!(words.matches("pte[").count(), 2, "{words}");
}
