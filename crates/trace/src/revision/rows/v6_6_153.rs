//! v6.6.153: the 6.6 long-term line, with the split and the fixes of July 2026.
//!
//! mm/pagewalk.c of that version was read where a distribution has it (deepin's kernel, on the base 6.6.153). That its dump takes
//! both locks and its huge vmap tries `init_mm`'s is what the back-port is for; mm/ptdump.c and mm/vmalloc.c were not read. There
//! are no traces of it.

use super::v6_12_107;
use crate::revision::{Around, MmapAssert, Row, Rules};

pub(in crate::revision) const ROW: Row = Row {
    id: "v6.6.153",
    about: "long-term, pud read once",
    mainline: None,
    version: (6, 6),
    rules: Rules {
        mmap_assert: MmapAssert::LockdepOrBug,
        folio_walk: false,
        fw_migration: false,
        pud_recheck: false,
        pud_none_retest: true,
        ..v6_12_107::ROW.rules
    },
    around: Around {
        hvo_walks: false,
        loongarch_set_memory: false,
        late_hot_remove: false,
        vfio_maps_puds: false,
        ..v6_12_107::ROW.around
    },
};

pub(in crate::revision) const RUNS: &str = "Users of the 6.6 long-term line from 6.6.153 on. It carries the split, both write locks of a dump and the trylock \
     of huge vmaps, but no second look at the pud.";
