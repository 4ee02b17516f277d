//! VMCOREINFO: what the kernel says of itself, line by line.

use std::collections::BTreeMap;

/// Most lines that are kept: kernels write some hundred.
const MOST: usize = 4_096;

/// The lines of a VMCOREINFO note: `OSRELEASE=6.12.57`, `SYMBOL(swapper_pg_dir)=ffffffff82a10000`, `NUMBER(phys_base)=-20971520`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    lines: BTreeMap<String, String>,
}

impl Info {
    /// Reads a note. What is no `name=value` is left out.
    pub fn new(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let lines = text.split(['\n', '\0']).filter_map(|line| line.trim().split_once('='));
        Self { lines: lines.take(MOST).map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A line by its name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.lines.get(name).map(String::as_str)
    }

    /// `SYMBOL(name)`: a virtual address, hexadecimal.
    pub fn symbol(&self, name: &str) -> Option<u64> {
        u64::from_str_radix(self.get(&format!("SYMBOL({name})"))?, 16).ok()
    }

    /// `NUMBER(name)`: decimal and maybe negative, or hexadecimal with `0x`.
    pub fn number(&self, name: &str) -> Option<u64> {
        number(self.get(&format!("NUMBER({name})"))?)
    }

    /// A line that is a hexadecimal number without `0x`: `KERNELOFFSET`.
    pub fn hex(&self, name: &str) -> Option<u64> {
        u64::from_str_radix(self.get(name)?, 16).ok()
    }

    /// A line that is a decimal number: `PAGESIZE`.
    pub fn decimal(&self, name: &str) -> Option<u64> {
        number(self.get(name)?)
    }
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None if text.starts_with('-') => text.parse::<i64>().ok().map(i64::cast_unsigned),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_each_of_their_forms() {
        let info = Info::new(b"OSRELEASE=6.12.57\nPAGESIZE=4096\nSYMBOL(swapper_pg_dir)=ffffffff82a10000\nNUMBER(phys_base)=-20971520\nNUMBER(TCR_EL1_T1SZ)=0x10\nKERNELOFFSET=1a000000\nx\n");
        assert_eq!(info.get("OSRELEASE"), Some("6.12.57"));
        assert_eq!(info.symbol("swapper_pg_dir"), Some(0xffff_ffff_82a1_0000));
        assert_eq!(info.number("phys_base"), Some(20_971_520u64.wrapping_neg()));
        assert_eq!((info.number("TCR_EL1_T1SZ"), info.decimal("PAGESIZE")), (Some(16), Some(4096)));
        assert_eq!((info.hex("KERNELOFFSET"), info.number("none")), (Some(0x1a00_0000), None));
    }
}
