//! Texts as mail clients, logs and terminals leave them, and hostile ones.

mod files;

use files::{bytes, formats, of, ranges};
use proptest::collection::vec;
use proptest::prelude::*;
use texts::check::check;
use texts::diff::diff;
use texts::{MAX_PROBLEMS, ReadError, Reading, Wish, merged, printed, read};

const TLB: &str = "\
0000000000400000: 0000000001000000 X--DA--UW
0000000000401000: 0000000001001000 ----A--U-
0000000000500000: 0000000001002000 X--DA--UW
";

fn whole() -> Vec<String> {
    ranges(&of(TLB))
}

#[test]
fn quoting_line_ends_timestamps_and_tabs_change_nothing() {
    let of_lines = |make: fn(&str) -> String| TLB.lines().map(make).collect::<Vec<_>>().concat();
    for text in [
        of_lines(|line| format!("> {line}\n")),
        of_lines(|line| format!("> >   {line}\r\n")),
        of_lines(|line| format!("[   12.345678] {line}\n")),
        of_lines(|line| format!("Nov 29 16:53:01 host kernel: [   12.345678] {line}\n")),
        of_lines(|line| line.replace(' ', "\t") + "\n"),
        of_lines(|line| format!("\u{1b}[31m{line}\u{1b}[0m\r\n")),
        "\u{feff}".to_owned() + TLB,
        TLB.trim_end().to_owned(),
    ] {
        let listing = of(&text);
        assert_eq!(ranges(&listing), whole(), "{text:?}");
        assert!(listing.problems.is_empty(), "{text:?}: {:?}", listing.problems);
    }
}

#[test]
fn lines_are_joined_again_where_that_can_be_done_in_one_way() {
    // At a blank, within a word, over three lines.
    for text in [
        TLB.replace(": ", ":\n"),
        TLB.replace(" X--DA", "\nX--DA"),
        TLB.replace("DA--UW", "\nDA--UW"),
        TLB.replace(": ", ":\n").replace("UW\n", "\nUW\n"),
    ] {
        let listing = of(&text);
        assert_eq!(ranges(&listing), whole(), "{text}");
        assert!(listing.rejoined > 0 && listing.problems.is_empty(), "{text}: {:?}", listing.problems);
    }
}

/// A text as a mail program writes it in quoted-printable: signs are encoded, and no line has more than 76 letters.
fn quoted_printable(text: &str, mark: &str, end: &str) -> String {
    let mut all = String::new();
    for line in text.lines() {
        let mut column = 0;
        all.push_str(mark);
        for (nth, letter) in line.chars().enumerate() {
            let is_last = nth + 1 == line.chars().count();
            let written = match letter {
                ' ' | '\t' if is_last => format!("={:02X}", letter as u8),
                ' '..='~' if letter != '=' => letter.to_string(),
                other => {
                    other.to_string().bytes().map(|byte| format!("={byte:02X}")).collect::<Vec<_>>().concat()
                }
            };
            if column + written.len() > 75 {
                all.extend(["=", end, mark]);
                column = 0;
            }
            column += written.len();
            all.push_str(&written);
        }
        all.push_str(end);
    }
    all
}

#[test]
fn quoted_printable_is_read() {
    let kernel = String::from_utf8(bytes("captures/x86_64-4level/ptdump-kernel.txt.gz")).expect("a text");
    let stamped = |text: &str| {
        text.lines().map(|line| format!("[   12.345678][    T1] {line}\n")).collect::<Vec<_>>().concat()
    };
    for text in formats().iter().map(|name| bytes(name)).chain([kernel.into_bytes()]) {
        let text = String::from_utf8(text).expect("a text");
        // What a terminal drew is no text to be sent by mail.
        if text.contains(['\u{1b}', '\u{8}', '\r']) {
            continue;
        }
        let (name, plain) = (text.lines().next().unwrap_or_default(), of(&text));
        for mangled in [
            quoted_printable(&text, "", "\n"),
            quoted_printable(&text, "> ", "\r\n"),
            quoted_printable(&stamped(&text), "> > ", "\n"),
        ] {
            let listing = of(&mangled);
            assert_eq!(listing.format.name(), plain.format.name(), "{name}");
            assert_eq!(ranges(&listing), ranges(&plain), "{name}");
            assert_eq!(listing.problems.count(), plain.problems.count(), "{name}: {:?}", listing.problems);
        }
    }
}

#[test]
fn a_sign_that_is_no_quoted_printable_stays_what_it_is() {
    // A line that ends in a sign before one that is whole; a value behind a sign, as a reader of pagemap prints it.
    let listing = of(&TLB.replace("\n0000000000500000", "\nthe next one is =\n0000000000500000"));
    assert_eq!(ranges(&listing), whole());
    let problems: Vec<String> = listing.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("line 3, column 1: ") && problems[0].contains("next one is ="),
        "{problems:?}"
    );
    for end in ["=", "=\n", "=\n="] {
        assert_eq!(ranges(&of(&[TLB, "0000000000501000: 00000=", end].concat())), whole(), "{end:?}");
    }
}

/// Whatever begins like a text that is read: where nothing of it was, that is no empty list.
#[test]
fn a_text_of_which_nothing_is_taken_is_refused_with_line_and_column() {
    for (text, words) in [
        // Monitors of other machines, which have a command of that name.
        (
            "(qemu) info tlb\nITLB:\n 0: asid= 0 vpn=0 v=0\n",
            "line 2, column 1: no line of info-tlb-x86: \u{201c}ITLB:",
        ),
        ("(qemu) info tlb\n  hello world\nbar\n", "line 2, column 3"),
        ("(qemu) info mem\nMMU is disabled\n", "line 2, column 1"),
        // A command of crash that walks nothing.
        (
            "crash> pte d8e067\n PTE    PHYSICAL  FLAGS\nd8e067   d8e000   (PRESENT|RW|USER|ACCESSED|DIRTY)\n",
            "no line can be read as vtop",
        ),
        // Numbers of lines before those of crash.
        (
            "   1  crash> vtop ffff888000000000\n   2  VIRTUAL           PHYSICAL\n",
            "no line can be read as vtop",
        ),
    ] {
        let error = read(text.as_bytes(), Wish::default()).expect_err(text).to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
    for text in ["(qemu) info mem\n(qemu) \n", "# QEMU 11.1.3, 4level, HMP: info tlb\n(qemu) info tlb\n"] {
        assert!(of(text).rows.is_empty(), "{text}");
    }
}

/// Each is a row that goes on, or two numbers that no program printed as an answer.
#[test]
fn what_is_left_of_a_line_is_no_line_of_its_own() {
    // crash's line of a struct page, of which the second half looks like two addresses; and one that ends with the file.
    let vtop = String::from_utf8(bytes("formats/crash-8.0.2-arm64-vtop.txt")).expect("a text");
    let broken = vtop.replace("0  0 3fffc0000000000", "0\n0 3fffc0000000000");
    assert_ne!(broken, vtop);
    assert_eq!(ranges(&of(&broken)), ranges(&of(&vtop)));
    let cut = of(&[&vtop, "fffffc00003e8000 4fa00000"].concat());
    assert_eq!((ranges(&cut), cut.problems.count()), (ranges(&of(&vtop)), 1));
    // A value of pagemap that is cut off is none of another format.
    let pagemap = "7f31c4a00000  8180000000041e2b  present soft-dirty exclusive pfn 41e2b\n7f31c4a01000  a180000000055c1";
    assert_eq!(of(pagemap).format.name(), "pagemap");
    // An answer keeps the offset within a page.
    let answer =
        of("(qemu) gva2gpa 0xa010\ngpa: 0x84010010\n(qemu) gva2gpa 0xfffffffffffff000\ngpa: 0x864010");
    assert_eq!((answer.rows.len(), answer.problems.count()), (1, 1), "{:?}", answer.problems);
    // The type of the memory is arm64's last column.
    let row = "0xffff800000010000-0xffff800000014000          16K PTE   USR ro NX SHD AF NG         UXN    MEM/NORMAL\n";
    for end in 60..row.len() - 13 {
        let text = [row, &row[..end]].concat();
        assert_eq!(of(&text).rows.len(), 1, "{end}: {text}");
    }
}

/// Folded within a number a listing of QEMU is still one, and not two numbers of another program.
#[test]
fn rows_of_riscv_are_whole_again_wherever_they_were_folded() {
    let text = String::from_utf8(bytes("formats/qemu-11.1.3-riscv64-sv39-info-mem.txt")).expect("a text");
    let expected = ranges(&of(&text));
    for width in [20, 32, 40, 45, 50] {
        let folded: Vec<String> = text
            .lines()
            .map(|line| {
                let (first, rest) = line.split_at(line.len().min(width));
                if rest.is_empty() { format!("{first}\n") } else { format!("{first}\n{rest}\n") }
            })
            .collect();
        let listing = of(&folded.concat());
        assert_eq!(
            (listing.format.name(), ranges(&listing)),
            ("info-mem-riscv", expected.clone()),
            "{width}"
        );
    }
}

/// A terminal folds where its width ends, also within a word, and a row may have two ends.
#[test]
fn rows_of_gdb_pt_dump_are_whole_again() {
    let text = String::from_utf8(bytes("formats/gdb-pt-dump-x86_64-4level-phys.txt")).expect("a text");
    let expected = ranges(&of(&text));
    let plain: String = {
        let mut plain = String::new();
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = behind.split_once('m').map_or("", |(_, behind)| behind);
        }
        plain + rest
    };
    assert_eq!(ranges(&of(&plain)), expected);
    let rows = plain.replace("WB:", "WB:\n");
    assert_eq!(ranges(&of(&rows)), expected, "{rows}");
    let thrice = plain.replace(" :     ", " :\n     ").replace(" S:", "\nS:");
    assert_ne!(thrice, plain);
    assert_eq!(ranges(&of(&thrice)), expected, "{thrice}");
    let encoded = quoted_printable(&text, "", "\n");
    assert!(encoded.contains("=1B"));
    assert_eq!(ranges(&of(&encoded)), expected, "{encoded}");
}

#[test]
fn what_is_cut_off_is_said_with_line_and_column_and_the_rest_kept() {
    let cut = &TLB[..TLB.len() - 12];
    let listing = of(cut);
    assert_eq!(ranges(&listing), whole()[..2]);
    let problems: Vec<String> = listing.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["line 3, column 34: the line is cut off here: it is left out"]);
    let middle =
        TLB.replace("0000000000401000: 0000000001001000 ----A--U-\n", "0000000000401000: 00000000\nhello\n");
    let listing = of(&middle);
    assert_eq!(listing.rows.len(), 2);
    let problems: Vec<(u32, u32)> =
        listing.problems.iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(problems, [(2, 27), (3, 1)]);
}

#[test]
fn a_column_counts_from_the_line_as_it_came() {
    let listing = of("> 0000000000001000-0000000000002000 0000000000001000 urw\n> hello\n");
    assert_eq!(
        listing.problems.iter().map(|problem| (problem.line, problem.column)).collect::<Vec<_>>(),
        [(2, 3)]
    );
}

#[test]
fn what_is_no_dump_is_one_sentence() {
    for (text, words) in [
        ("", "the text is empty"),
        (" \n\t\r\n", "the text has 5 bytes, and all of them are blanks or zeros"),
        ("\0\0\0\n", "the text has 4 bytes"),
        (&"\0".repeat(100_000), "line 1 has more than 64 KiB"),
        (&format!("\n{}", "f".repeat(100_000)), "line 2 has more than 64 KiB"),
        // Headers and ranges of a 32-bit kernel: with every range left out nothing is told.
        (
            "---[ Kernel Mapping ]---\n0xc0000000-0xc0100000           1M     RW                 GLB NX pte\n",
            "no line can be read as kernel_page_tables-x86: line 2, column 1",
        ),
        ("\n  Dear all,\nplease find attached\n", "line 2, column 3"),
        ("\u{0}\u{1}\u{2}\u{ff}", "line 1"),
    ] {
        let error = read(text.as_bytes(), Wish::default()).expect_err("no dump").to_string();
        assert!(error.contains(words), "{text:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let format = texts::format_named("info tlb x86");
    let error = read(b"hello\n", Wish { format, machine: None }).expect_err("no such line");
    assert!(matches!(error, ReadError::Nothing { .. }), "{error}");
    // One broken line alone.
    let error =
        read(b"0000000000400000: 00000000\n", Wish { format, machine: None }).expect_err("half a line");
    assert!(error.to_string().contains("line 1, column 27"), "{error}");
}

#[test]
fn a_dump_behind_a_long_log_is_found() {
    let log: Vec<String> = (0..5000).map(|nth| format!("[{nth:5}.000000] usb {nth}: new device\n")).collect();
    let listing = of(&(log.concat() + TLB));
    assert_eq!(ranges(&listing), whole());
    assert_eq!(listing.rows[0].line, 5001);
}

#[test]
fn slices_may_end_anywhere() {
    for name in formats() {
        let text = bytes(&name);
        if text.len() > 10_000 {
            continue;
        }
        let once = merged(&read(&text, Wish::default()).expect("readable"));
        for size in [1, 7, 64] {
            let mut reading = Reading::new(Wish::default());
            for slice in text.chunks(size) {
                reading.push(slice);
            }
            assert_eq!(reading.bytes(), text.len() as u64);
            assert_eq!(merged(&reading.finish().expect("readable")), once, "{name} in slices of {size}");
        }
    }
}

#[test]
fn a_line_without_an_end_takes_no_memory() {
    let mut reading = Reading::new(Wish::default());
    reading.push(TLB.as_bytes());
    for _ in 0..1000 {
        reading.push(&vec![b'0'; 64 << 10]);
    }
    reading.push(b"\n");
    let listing = reading.finish().expect("readable");
    assert_eq!(ranges(&listing), whole());
    assert!(listing.problems.iter().any(|problem| problem.line == 4), "{:?}", listing.problems);
}

#[test]
fn problems_are_counted_and_not_all_kept() {
    let text: String = TLB.to_owned() + &"rubbish\n".repeat(10_000);
    let listing = of(&text);
    assert_eq!(listing.problems.iter().count(), MAX_PROBLEMS);
    assert_eq!(listing.problems.count(), 10_000);
}

/// Everything that is done with a text.
fn all(text: &[u8]) {
    let Ok(listing) = read(text, Wish::default()) else { return };
    let ranges = merged(&listing);
    for pair in ranges.windows(2) {
        assert!(pair[0].start <= pair[1].start);
    }
    let _ = printed(&listing);
    let _ = check(&listing);
    // With itself it is alike.
    assert!(diff(&listing, &listing).differences.is_empty());
}

fn seeds() -> Vec<Vec<u8>> {
    let dumps =
        ["captures/arm64-4k-48bit/ptdump-kernel.txt.gz", "captures/x86_64-4level/ptdump-kernel.txt.gz"];
    let names = formats().into_iter().chain(dumps.map(str::to_owned));
    names.map(|name| bytes(&name)).chain([TLB.as_bytes().to_vec()]).collect()
}

/// A change of a text: where, and what.
fn change(text: &mut Vec<u8>, at: usize, what: u8, with: &[u8]) {
    let at = if text.is_empty() { 0 } else { at % text.len() };
    match what % 6 {
        0 => text.truncate(at),
        1 => {
            text.splice(at..at, with.iter().copied());
        }
        2 if !text.is_empty() => text[at] = with.first().copied().unwrap_or(b'\n'),
        3 => text.insert(at, b'\n'),
        4 => {
            let end = (at + with.len() * 7).min(text.len());
            text.drain(at..end);
        }
        _ => {
            let copy: Vec<u8> = text[at..].iter().copied().take(300).collect();
            text.extend(copy);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_change_of_a_text_is_too_much(
        seed in any::<prop::sample::Index>(),
        changes in vec((any::<usize>(), any::<u8>(), vec(any::<u8>(), 0..6)), 1..12),
    ) {
        let seeds = seeds();
        let mut text = seeds[seed.index(seeds.len())].clone();
        for (at, what, with) in changes {
            change(&mut text, at, what, &with);
        }
        all(&text);
    }

    #[test]
    fn no_mixture_of_lines_is_too_much(
        picks in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..4), 1..60),
    ) {
        let seeds = seeds();
        let mut text = Vec::new();
        for (seed, line, end) in picks {
            let seed = &seeds[seed.index(seeds.len())];
            let lines: Vec<&[u8]> = seed.split(|&byte| byte == b'\n').collect();
            text.extend_from_slice(lines[line.index(lines.len())]);
            text.extend_from_slice([&b"\n"[..], b"\r\n", b" ", b"\n> "][usize::from(end)]);
        }
        all(&text);
    }

    #[test]
    fn no_bytes_are_too_much(text in vec(any::<u8>(), 0..2000)) {
        all(&text);
    }
}

/// PowerShell's `>` writes UTF-16 with a mark at its beginning.
#[test]
fn utf_16_is_read() {
    let text =
        "0000000000400000: 0000000001000000 X--DA--UW\r\n0000000000401000: 0000000005001000 X--DA--UW\r\n";
    let wide: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for bytes in [text.as_bytes(), &wide, &big] {
        let listing = texts::read(bytes, Wish::default()).expect("a listing");
        assert_eq!((listing.rows.len(), listing.problems.iter().count()), (2, 0));
    }
}
