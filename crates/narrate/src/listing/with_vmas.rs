//! The listings of the functions around a walk with VMAs.

use pagewalk::{Func, Rules};

use super::{Lines, at};

/// The lines of `func` under `rules`.
pub(super) fn lines(lines: &mut Lines, func: Func, rules: &Rules) {
    let fixed: &[(u8, &str)] = match func {
        Func::WalkPageRange if rules.checks_ops => &[(at::CHECK, "  install_pte? -EINVAL")],
        Func::WalkPageRange | Func::WalkPageRangeMm | Func::WalkPageRangeMmUnsafe => &RANGE,
        Func::WalkPageRangeVma if rules.unsafe_names => &[(at::CHECK, "  install_pte? -EINVAL")],
        Func::WalkPageRangeVma | Func::WalkPageRangeVmaUnsafe => &[
            (at::CHECK, "  empty, NULL mm, outside the VMA? -EINVAL"),
            (at::ASSERT, "  mmap_lock as walk_lock says"),
            (at::VMA_LOCK, "  the VMA's lock as walk_lock says"),
            (at::DESCEND, "  return __walk_page_range(start, end)"),
        ],
        Func::WalkPageVma => &[
            (at::CHECK, "  NULL mm, install_pte? -EINVAL"),
            (at::ASSERT, "  mmap_lock as walk_lock says"),
            (at::VMA_LOCK, "  the VMA's lock as walk_lock says"),
            (at::DESCEND, "  return __walk_page_range(vm_start, vm_end)"),
        ],
        Func::WalkPageMapping => &[
            (at::CHECK, "  install_pte? -EINVAL"),
            (at::ASSERT, "  lockdep_assert_held(i_mmap_rwsem)"),
            (at::FIND, "  each VMA of the file: clip to it"),
            (at::TEST, "    test_walk, or PFNMAP: stop, all done"),
            (at::GAP, "    PFNMAP: pte_hole, depth -1"),
            (at::DESCEND, "    __walk_page_range(clipped)"),
        ],
        Func::WalkOneVma => &[
            (at::CHECK, "  install_pte and hugetlb? -EINVAL"),
            (at::PRE, "  pre_vma(start, end); error: return"),
            (at::DESCEND, "  hugetlb: walk_hugetlb_range, if wanted\n  else walk_pgd_range(start, end)"),
            (at::POST, "  post_vma(), after errors too"),
        ],
        Func::WalkHugetlbRange => &[
            (at::LOCK, "  hugetlb_vma_lock_read(vma)"),
            (at::NONE, "  pte = hugetlb_walk(vma, addr & hmask)"),
            (at::ENTRY, "  found: hugetlb_entry(pte, hmask, addr, next)"),
            (at::GAP, "  else pte_hole(addr, next, -1)"),
            (at::UNLOCK, "  hugetlb_vma_unlock_read(vma)"),
        ],
        Func::FolioWalkStart => &[
            (at::ASSERT, "  mmap_assert_locked(vma->vm_mm)"),
            (at::CHECK, "  addr outside the VMA? warn, nothing"),
            (at::NONE, "  pgd, p4d, pud, pmd: none? nothing"),
            (at::LEAF, "  leaf: lock, look again, vm_normal_page"),
            (at::MAP, "  pte_offset_map_lock, vm_normal_page"),
        ],
        Func::FolioWalkEnd => &[(at::UNMAP, "  unlock; pte level: pte_unmap")],
        _ => &[],
    };
    lines.add(at::ENTER, func.name());
    for &(number, text) in fixed {
        lines.add(number, text);
    }
    match func {
        Func::WalkPageRange if rules.unsafe_names => {
            lines.add(at::DESCEND, "  return walk_page_range_mm_unsafe(…)");
        }
        Func::WalkPageRange if rules.checks_ops => lines.add(at::DESCEND, "  return walk_page_range_mm(…)"),
        Func::WalkPageRangeVma if rules.unsafe_names => {
            lines.add(at::DESCEND, "  return walk_page_range_vma_unsafe(…)");
        }
        _ => lines.add(at::RETURN, "  return"),
    }
}

/// `walk_page_range_mm()`
const RANGE: [(u8, &str); 7] = [
    (at::CHECK, "  empty range, NULL mm? -EINVAL"),
    (at::ASSERT, "  mmap_lock as walk_lock says"),
    (at::FIND, "  vma = find_vma(mm, start)"),
    (at::GAP, "  gap: pte_hole(start, next, -1), tables unread"),
    (at::VMA_LOCK, "  the VMA's lock as walk_lock says"),
    (at::TEST, "  test_walk > 0, or PFNMAP: skip the VMA"),
    (at::DESCEND, "  __walk_page_range(start, next)"),
];
