// SPDX-License-Identifier: GPL-2.0-only
//! Options of a guest: `name=value` words of `/chosen/bootargs`.

/// The number that the word `name=NUMBER` gives (decimal, or hexadecimal with `0x`), if there is one.
#[must_use]
pub fn number(bootargs: &str, name: &str) -> Option<u64> {
    let value = text(bootargs, name)?;
    match value.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => value.parse().ok(),
    }
}

/// The text that the word `name=TEXT` gives, if there is one; the last such word wins.
#[must_use]
pub fn text<'a>(bootargs: &'a str, name: &str) -> Option<&'a str> {
    bootargs
        .split_ascii_whitespace()
        .filter_map(|word| word.strip_prefix(name)?.strip_prefix('='))
        .next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole() {
        let line = "seed=12 noseed=3 ops=0x10 mode=mmio seed=13";
        assert_eq!(number(line, "seed"), Some(13));
        assert_eq!(number(line, "ops"), Some(16));
        assert_eq!(text(line, "mode"), Some("mmio"));
        assert_eq!(number(line, "mode"), None);
        assert_eq!(number(line, "see"), None);
    }
}
