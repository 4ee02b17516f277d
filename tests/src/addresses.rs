//! Addresses of the site that are broken in every way we can think of, for whoever reads addresses.
//!
//! A person mistypes, a mail program cuts a link at a line's end or encodes it twice, and older and later versions of the
//! site have other links. Each of these must open something, and say what was wrong.

/// Addresses that are all right, one of each form and each with as much in it as its form can have.
pub const VALID: [&str; 12] = [
    "#v1/kernel-walk/x86_64-4level/v6.17?lock=read&by=actions&t=12&view=levels&embed",
    "#v1/debug-user/riscv64-sv39/v6.16?lock=write&init=read&t=2",
    "#v1/kernel-walk?view=levels",
    "#v1/kernel-walk?embed",
    "#v1/callers",
    "#v1/race/munmap/openrisc/v6.16?lock=none&s=a20b11a&t=7",
    "#v1/race/collapse/x86_64-4level/v6.17?lock=read&s=a&t=1",
    "#v1/compose/hot-remove/arm64-4k-48/v7.3?lock=read&rule=no-hotplug&guard=init-read:try:2-4&frees=rcu&hotplug=no&around=owns&s=a&t=1",
    "#v1/verdicts/nested-read",
    "#v1/compare/debug-user/x86_64-4level/v6.17?lock=read&with=v7.3&with-lock=write&t=2",
    "#v1/safe/debug/riscv64-sv48/v6.18?mm=other&lock=write&holds=user&also=hotplug,init_mm",
    "#v1/learn/why-the-patch/3",
];

/// How many addresses are made by changing valid ones.
const MUTANTS: usize = 160;

/// Where the changes start from; another number is another set of them.
const SEED: u64 = 0x7061_6765_7761_6c6b;

/// What is put into an address.
const PIECES: [&str; 26] = [
    "/",
    "//",
    "?",
    "??",
    "&",
    "&&",
    "=",
    "#",
    "%",
    "%2",
    "%2F",
    "%3F",
    "%23",
    "%25",
    "%00",
    "%0A",
    "%E2%82",
    " ",
    "+",
    "é",
    "\u{202e}",
    "𝕧",
    "-1",
    "18446744073709551616",
    "<b>",
    "..",
];

/// All of them, each once: the beginnings of the valid ones, changed ones, and special ones.
pub fn broken() -> Vec<String> {
    let mut all = Vec::new();
    for valid in VALID {
        all.extend((0..valid.len()).map(|end| valid[..end].to_owned()));
    }
    all.extend(special());
    let mut random = Random(SEED);
    all.extend((0..MUTANTS).map(|_| mutant(&mut random)));
    all.retain(|address| !VALID.contains(&address.as_str()));
    all.sort();
    all.dedup();
    all
}

/// A valid address with one to three changes.
fn mutant(random: &mut Random) -> String {
    let mut address: Vec<char> = VALID[random.below(VALID.len())].chars().collect();
    for _ in 0..=random.below(3) {
        if address.len() < 3 {
            break;
        }
        // The sign in front stays: without it there is no address.
        let at = 1 + random.below(address.len() - 1);
        match random.below(6) {
            0 => drop(address.remove(at)),
            1 => address.insert(at, address[at]),
            2 => address[1..].reverse(),
            3 => address[at] = if address[at].is_ascii_lowercase() { 'Z' } else { 'z' },
            4 => drop(address.splice(at..at, PIECES[random.below(PIECES.len())].chars())),
            _ => address.truncate(at.max(2)),
        }
    }
    address.into_iter().collect()
}

/// Addresses that no small change leads to.
#[expect(clippy::too_many_lines, reason = "a list, an address a line")]
fn special() -> Vec<String> {
    let mut all: Vec<String> = [
        // Other versions, and none.
        "#v0",
        "#v2",
        "#v10/kernel-walk",
        "#v2/race/munmap",
        "#V1/kernel-walk",
        "#v1.0/kernel-walk",
        "#v",
        "#1",
        "#kernel-walk",
        "#race/munmap",
        "#verdicts",
        "#/v1/kernel-walk",
        "#!/v1/kernel-walk",
        "#v1\\kernel-walk",
        // Races without a name, and with what only walks have.
        "#v1/race",
        "#v1/race/",
        "#v1/race?",
        "#v1/race?embed",
        "#v1/race/?embed",
        "#v1/race//",
        "#v1/race/dragon",
        "#v1/race/munmap/vax",
        "#v1/race/munmap//v6.17",
        "#v1/race/munmap/openrisc/v9",
        "#v1/race/munmap/openrisc/v6.16/more",
        "#v1/race/munmap?embed",
        "#v1/race/munmap?lock=",
        "#v1/race/munmap?rule=none-such",
        "#v1/race/munmap?s=",
        "#v1/race/munmap?s=zz",
        "#v1/race/munmap?s=a4294967295",
        "#v1/race/munmap?s=a99999999999999999999",
        "#v1/race/munmap?s=abababab&t=4000000",
        // The same of the other pages.
        "#v1/verdicts/",
        "#v1/verdicts/dragon",
        "#v1/verdicts?x",
        "#v1/verdicts/nested-read/more",
        "#v1/verdicts/nested-read?t=3",
        "#v1/learn/",
        "#v1/learn/dragon",
        "#v1/learn/dragon/3",
        "#v1/learn?embed",
        "#v1/learn/why-the-patch/",
        "#v1/learn/why-the-patch/0",
        "#v1/learn/why-the-patch/99",
        "#v1/learn/why-the-patch/18446744073709551617",
        "#v1/learn/why-the-patch/-1",
        "#v1/learn/why-the-patch/3/more",
        "#v1/learn/why-the-patch/3?t=3",
        "#v1/learns/why-the-patch",
        "#v1/callers/",
        "#v1/callers/x",
        "#v1/callers?embed",
        "#v1/callersx",
        "#v1/races/munmap",
        "#v1/verdict",
        // Walks of what is not there.
        "#v1/nonsense",
        "#v1/nonsense/x86_64-4level/v6.17?t=3",
        "#v1/kernel-walk/vax",
        "#v1/kernel-walk/x86_64-4level/v99",
        "#v1/kernel-walk/x86_64-4level/v6.17/more",
        "#v1//",
        "#v1///",
        "#v1/?",
        "#v1/?t=1",
        "#v1?",
        "#v1&t=1",
        "#v1?t=1",
        // Parameters twice, empty, without a name, and with values that they cannot have.
        "#v1/kernel-walk?t=1&t=2",
        "#v1/kernel-walk?t=1&t=x",
        "#v1/kernel-walk?lock=read&lock=write&lock=x",
        "#v1/kernel-walk?=",
        "#v1/kernel-walk?=1",
        "#v1/kernel-walk?t",
        "#v1/kernel-walk?t=",
        "#v1/kernel-walk?t=-1",
        "#v1/kernel-walk?t=+1",
        "#v1/kernel-walk?t=1e3",
        "#v1/kernel-walk?t=4294967295",
        "#v1/kernel-walk?t=4294967296",
        "#v1/kernel-walk?view=race",
        "#v1/kernel-walk?embed=2",
        "#v1/kernel-walk?by=steps",
        "#v1/kernel-walk?T=1",
        "#v1/kernel-walk?t=1?t=2",
        "#v1/kernel-walk?t=1#t=2",
        "#v1/kernel-walk?&&&",
        "#v1/kernel-walk?__proto__=1",
        "#v1/__proto__",
        "#v1/constructor",
        // Encoded: once, twice, badly; with characters that no name has.
        "#v1%2Fkernel-walk",
        "#v1/kernel%2Dwalk",
        "#%76%31/kernel-walk",
        "#v1/kernel-walk%3Ft=1",
        "#v1/%72ace/munmap",
        "#v1/race%2Fmunmap",
        "#v1/kernel-walk?t=%31",
        "#v1/kernel-walk%253Ft=1",
        "#%",
        "#%%",
        "#v1/%",
        "#v1/%zz",
        "#v1/kernel-walk?%=%",
        "#v1/%C3%28",
        "#v1/%00",
        "#%00",
        "#v1/kernel-walk%00",
        "#v1/kernel-walk?t=1%00",
        "#v1/race/%00",
        "#v1/%0D%0A",
        "#v1/%1B[31m",
        "#v1/%7F",
        "#v1/kernel-walk?t=%0A1",
        "#v1/race/munmap?s=%00",
        "#v1/\u{fffd}",
        "#v1/кернел",
        "#v1/核心",
        "#v1/kernel‐walk",
        "#v1/🐧",
        "#v1/\u{202e}klaw",
        "#v1/e\u{301}",
        "#v1/race/竞争",
        "#v1/ kernel-walk",
        "#v1/kernel-walk ",
        "#v1/kernel-walk\u{a0}",
        // As if it were something else.
        "#<script>alert(1)</script>",
        "#v1/<img src=x onerror=alert(1)>",
        "#javascript:alert(1)",
        "#v1/../../index.html",
        "#../lab.html",
        "#v1/race/<b>munmap</b>",
        "#v1/kernel-walk?t='\"",
        "#top",
        "#main",
        "#:~:text=walk",
    ]
    .map(str::to_owned)
    .into();
    for length in [1_999, 2_001, 3_999, 4_001, 16_000, 100_000] {
        all.push(format!("#v1/{}", "x".repeat(length)));
        all.push(format!("#v1/kernel-walk?{}", "t=1&".repeat(length / 4)));
        all.push(format!("#v1/race/munmap?s={}", "ab".repeat(length / 2)));
        all.push(format!("#v1/race/{}", "%E2%82%AC".repeat(length / 9)));
        all.push(format!("#{}", "/".repeat(length)));
    }
    all
}

/// Numbers that look random and are always the same (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as usize % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_many_and_they_are_always_the_same() {
        let all = broken();
        assert!(all.len() >= 500, "{}", all.len());
        assert_eq!(all, broken());
        assert!(all.iter().any(|address| address.len() > 99_000));
        for wanted in
            ["#v0", "#v2", "#v1/race", "#v1/race?", "#v1/race?embed", "#v1/kernel-walk?t=1&t=2", "#v1/%00"]
        {
            assert!(all.iter().any(|address| address == wanted), "{wanted}");
        }
    }
}
