//! What other programs print of page tables, read back.
