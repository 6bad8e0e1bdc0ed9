// SPDX-License-Identifier: GPL-2.0-only
//! The constants that the image is built with.

use std::fmt::Write;

use crate::board::Board;
use crate::value::{Kind, Value};

/// The text of `options.rs`: one constant for each option that is for the image, `BOARD` with the
/// board's name, and `BUILTIN_DTB`. `dtb` is the compiled board DTS if it is to be built in.
///
/// `log.ring-size` becomes `LOG_RING_SIZE`. Numbers and sizes are `u64` (`i64` where the range goes
/// below 0), keys `u8`, devices `Option<(&str, u64)>`, enums and texts `&str`.
pub fn options_rs(board: &Board, dtb: Option<&[u8]>) -> String {
    let mut out = String::new();
    let mut line = |help: &str, name: &str, kind: &str, value: String| {
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "/// {help}\npub const {name}: {kind} = {value};");
    };
    line("The board that the image was configured for.", "BOARD", "&str", format!("{:?}", board.id));
    for setting in board.settings.iter().filter(|setting| setting.option.image) {
        let (kind, value) = constant(&setting.option.kind, &setting.value);
        let name = setting.option.name.to_uppercase().replace(['.', '-'], "_");
        line(setting.option.help.lines().next().unwrap_or(""), &name, kind, value);
    }
    match dtb {
        None => line("The built-in device tree.", "BUILTIN_DTB", "Option<&[u8]>", "None".into()),
        Some(dtb) => {
            // A DTB is read as 64-bit cells; bytes alone promise no alignment.
            let _ = writeln!(
                out,
                "/// Gives the built-in device tree the alignment that a DTB has to have.\n\
                 #[repr(C, align(8))]\nstruct Aligned([u8; {0}]);\nstatic DTB: Aligned = Aligned({1:?});\n\
                 /// The built-in device tree.\npub const BUILTIN_DTB: Option<&[u8]> = Some(&DTB.0);",
                dtb.len(),
                dtb
            );
        }
    }
    out
}

/// Type and value of a constant, as Rust text.
fn constant(kind: &Kind, value: &Value) -> (&'static str, String) {
    match value {
        Value::Bool(value) => ("bool", value.to_string()),
        Value::Int(value) if matches!(kind, Kind::Int { min, .. } if *min < 0) => ("i64", value.to_string()),
        Value::Int(value) => ("u64", value.to_string()),
        Value::String(value) => ("&str", format!("{value:?}")),
        Value::Size(value) => ("u64", value.to_string()),
        Value::Key(value) => ("u8", format!("{value:#04x}")),
        Value::Device(None) => ("Option<(&str, u64)>", "None".into()),
        Value::Device(Some((name, address))) => {
            ("Option<(&str, u64)>", format!("Some(({name:?}, {address:#x}))"))
        }
        Value::Strings(words) => ("&[&str]", format!("&{words:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    #[test]
    fn constants_of_every_type() {
        let option = |name: &str, kind: &str, default: &str, more: &str| {
            format!(
                "[[option]]\nname = \"{name}\"\ntype = \"{kind}\"\ndefault = {default}\nhelp = \"h\"\n{more}\n"
            )
        };
        let schema = [
            option("a.one-two", "bool", "true", ""),
            option("b", "int", "7", ""),
            option("c", "int", "-7", "range = [-9, 9]"),
            option("d", "size", "\"64K\"", ""),
            option("e", "key", "\"ctrl-]\"", ""),
            option("f", "device", "\"pl011,0x9000000\"", ""),
            option("g", "strings", "[\"x\"]", "image = false"),
        ]
        .concat();
        let schema = Schema::parse("o", &schema).unwrap();
        let board = Board::parse("b", "b", "name = \"n\"\nsummary = \"s\"\n", &schema).unwrap();
        let text = options_rs(&board, Some(&[1, 2]));
        for expected in [
            "pub const A_ONE_TWO: bool = true;",
            "pub const B: u64 = 7;",
            "pub const C: i64 = -7;",
            "pub const D: u64 = 65536;",
            "pub const E: u8 = 0x1d;",
            "pub const F: Option<(&str, u64)> = Some((\"pl011\", 0x9000000));",
            "struct Aligned([u8; 2]);",
        ] {
            assert!(text.contains(expected), "{expected} not in\n{text}");
        }
        assert!(!text.contains(" G:"), "{text}");
    }
}
