//! What a terminal would show of a line: colours away, redraws done.
//!
//! A monitor that is read from a socket sends each typed letter as a redraw of its line: `ESC [ K` clears to the end of the
//! line, `ESC [ D` goes one to the left (QEMU's readline, 7.2 to 10.0). Debuggers colour their tables with `ESC [ … m`.

/// Longest line that is drawn. What is longer is cut: no program prints such a line of page tables.
const WIDEST: usize = 4096;

/// Whether a line needs to be drawn at all.
pub(crate) fn is_drawn(line: &str) -> bool {
    line.bytes().any(|byte| byte < b' ' && byte != b'\t')
}

/// The line as it stands on the screen at its end.
pub(crate) fn drawn(line: &str) -> String {
    let mut screen: Vec<char> = Vec::new();
    let mut at = 0;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\u{1b}' => match chars.next() {
                Some('[') => {
                    let mut count = 0usize;
                    let mut last = None;
                    for char in chars.by_ref() {
                        match char {
                            '0'..='9' => count = (count * 10 + char as usize - '0' as usize).min(WIDEST),
                            ';' | '?' => count = 0,
                            _ => {
                                last = Some(char);
                                break;
                            }
                        }
                    }
                    match last {
                        Some('K') if count == 0 => screen.truncate(at),
                        Some('K') => screen.clear(),
                        Some('D') => at = at.saturating_sub(count.max(1)),
                        Some('C') => at = (at + count.max(1)).min(WIDEST),
                        Some('G') => at = count.saturating_sub(1),
                        _ => {}
                    }
                }
                // A title: until BEL or ESC \.
                Some(']') => while chars.next().is_some_and(|char| char != '\u{7}' && char != '\\') {},
                _ => {}
            },
            '\r' => at = 0,
            '\u{8}' => at = at.saturating_sub(1),
            '\t' => put(&mut screen, &mut at, ' '),
            char if char < ' ' => {}
            char => put(&mut screen, &mut at, char),
        }
    }
    screen.into_iter().collect()
}

fn put(screen: &mut Vec<char>, at: &mut usize, char: char) {
    if *at >= WIDEST {
        return;
    }
    while screen.len() <= *at {
        screen.push(' ');
    }
    screen[*at] = char;
    *at += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// QEMU 10.0.13's monitor over a socket.
    #[test]
    fn a_line_that_is_redrawn_at_each_letter_is_what_was_typed() {
        let typed = "(qemu) i\u{1b}[K\u{1b}[Din\u{1b}[K\u{1b}[D\u{1b}[Dinf\u{1b}[K";
        assert_eq!(drawn(typed), "(qemu) inf");
    }

    #[test]
    fn colours_go() {
        let coloured = "\u{1b}[106m \u{1b}[0m\u{1b}[44m  0x0 :  0x2000 | W:1\u{1b}[0m";
        assert_eq!(drawn(coloured), "   0x0 :  0x2000 | W:1");
    }

    #[test]
    fn a_cursor_that_is_sent_far_away_costs_nothing() {
        assert!(drawn("\u{1b}[999999999999Cx").len() <= WIDEST);
        assert_eq!(drawn("\u{1b}["), "");
        assert_eq!(drawn("\u{1b}"), "");
        assert_eq!(drawn("\u{1b}]title"), "");
    }
}
