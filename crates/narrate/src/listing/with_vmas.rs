//! The listings of the functions around a walk with VMAs.

use trace::{Func, On, Rules};

use super::Lines;

/// The lines of `func` under `rules`.
pub(super) fn lines(lines: &mut Lines, func: Func, rules: &Rules) {
    let fixed: &[(On, &str)] = match func {
        Func::WalkPageRange if rules.checks_ops => &[(On::CheckOps, "  install_pte? -EINVAL")],
        Func::WalkPageRange | Func::WalkPageRangeMm | Func::WalkPageRangeMmUnsafe => &RANGE,
        Func::WalkPageRangeVma if rules.unsafe_names => &[(On::CheckOps, "  install_pte? -EINVAL")],
        Func::WalkPageRangeVma | Func::WalkPageRangeVmaUnsafe => &[
            (On::Check, "  empty range? -EINVAL"),
            (On::CheckMm, "  NULL mm? -EINVAL"),
            (On::CheckBounds, "  outside the VMA? -EINVAL"),
            (On::Assert, "  mmap_lock as walk_lock says"),
            (On::VmaLock, "  the VMA's lock as walk_lock says"),
            (On::Descend, "  return __walk_page_range(start, end)"),
        ],
        Func::WalkPageVma => &[
            (On::CheckMm, "  NULL mm? -EINVAL"),
            (On::CheckOps, "  install_pte? -EINVAL"),
            (On::Assert, "  mmap_lock as walk_lock says"),
            (On::VmaLock, "  the VMA's lock as walk_lock says"),
            (On::Descend, "  return __walk_page_range(vm_start, vm_end)"),
        ],
        Func::WalkPageMapping => &[
            (On::CheckOps, "  install_pte? -EINVAL"),
            (On::Assert, "  lockdep_assert_held(i_mmap_rwsem)"),
            (On::Find, "  each VMA of the file: clip to it"),
            (On::Test, "    test_walk, or PFNMAP: stop, all done"),
            (On::Gap, "    PFNMAP: pte_hole, depth -1"),
            (On::Descend, "    __walk_page_range(clipped)"),
        ],
        Func::WalkOneVma => &[
            (On::Check, "  install_pte and hugetlb? -EINVAL"),
            (On::Pre, "  pre_vma(start, end); error: return"),
            (On::Find, "  hugetlb? walk_hugetlb_range, if wanted"),
            (On::Descend, "  else walk_pgd_range(start, end)"),
            (On::Post, "  post_vma(), after errors too"),
        ],
        Func::WalkHugetlbRange => &[
            (On::Lock, "  hugetlb_vma_lock_read(vma)"),
            (On::None, "  pte = hugetlb_walk(vma, addr & hmask)"),
            (On::Entry, "  found: hugetlb_entry(pte, hmask, addr, next)"),
            (On::Gap, "  else pte_hole(addr, next, -1)"),
            (On::Unlock, "  hugetlb_vma_unlock_read(vma)"),
        ],
        Func::FolioWalkStart => &[
            (On::Assert, "  mmap_assert_locked(vma->vm_mm)"),
            (On::CheckBounds, "  addr outside the VMA? warn, nothing"),
            (On::None, "  pgd, p4d, pud, pmd: none? nothing"),
            (On::Leaf, "  leaf: lock, look again, vm_normal_page"),
            (On::Map, "  pte_offset_map_lock, vm_normal_page"),
        ],
        Func::FolioWalkEnd => &[(On::Unmap, "  unlock; pte level: pte_unmap")],
        _ => &[],
    };
    lines.add(On::Enter, func.name());
    for &(number, text) in fixed {
        // What is refused is `install_pte`, which is to be there for that.
        if rules.checks_ops || !text.starts_with("  install_pte") {
            lines.add(number, text);
        }
    }
    match func {
        Func::WalkPageRange if rules.unsafe_names => {
            lines.add(On::Descend, "  return walk_page_range_mm_unsafe(…)");
        }
        Func::WalkPageRange if rules.checks_ops => lines.add(On::Descend, "  return walk_page_range_mm(…)"),
        Func::WalkPageRangeVma if rules.unsafe_names => {
            lines.add(On::Descend, "  return walk_page_range_vma_unsafe(…)");
        }
        _ => lines.add(On::Return, "  return"),
    }
}

/// `walk_page_range_mm()`
const RANGE: [(On, &str); 8] = [
    (On::Check, "  empty range? -EINVAL"),
    (On::CheckMm, "  NULL mm? -EINVAL"),
    (On::Assert, "  mmap_lock as walk_lock says"),
    (On::Find, "  vma = find_vma(mm, start)"),
    (On::Gap, "  gap: pte_hole(start, next, -1), tables unread"),
    (On::VmaLock, "  the VMA's lock as walk_lock says"),
    (On::Test, "  test_walk > 0, or PFNMAP: skip the VMA"),
    (On::Descend, "  __walk_page_range(start, next)"),
];
