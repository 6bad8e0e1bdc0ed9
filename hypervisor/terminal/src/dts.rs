// SPDX-License-Identifier: GPL-2.0-only
//! A device tree as source text (Devicetree Specification 0.4, chapter 6) that `dtc` reads back to the same tree.
//!
//! The text form that dtoolkit's types print does not escape quotes and backslashes within strings, so it may not be
//! read back, and prints names as they are. Trees come from firmware and guests: whatever is in them is printed as
//! printable ASCII.

use alloc::vec::Vec;
use core::fmt::{Result, Write};

use dtoolkit::fdt::{Fdt, FdtNode};
use dtoolkit::{Node, Property};

use crate::value::clean;

/// Nesting that is followed; `kernel::dt` accepts no deeper trees.
const MAX_DEPTH: usize = 16;

/// Writes a whole tree, with its memory reservations.
///
/// # Errors
/// Those of `out`.
pub fn tree(out: &mut dyn Write, fdt: Fdt<'_>) -> Result {
    writeln!(out, "/dts-v1/;")?;
    for r in fdt.memory_reservations() {
        writeln!(out, "/memreserve/ {:#x} {:#x};", r.address(), r.size())?;
    }
    writeln!(out)?;
    node(out, fdt.root())
}

/// Writes a node and all below it.
///
/// # Errors
/// Those of `out`.
pub fn node(out: &mut dyn Write, top: FdtNode<'_>) -> Result {
    // Not recursive: EL2 stacks are small.
    let mut open = Vec::new();
    head(out, top, 0)?;
    open.push(top.children());
    while let Some(children) = open.last_mut() {
        match children.next() {
            Some(child) if open.len() < MAX_DEPTH => {
                head(out, child, open.len())?;
                open.push(child.children());
            }
            Some(child) => {
                writeln!(out, "{:1$}/* {2} is nested too deep */", "", open.len() * 4, clean(child.name()))?;
            }
            None => {
                open.pop();
                writeln!(out, "{:1$}}};", "", open.len() * 4)?;
            }
        }
    }
    Ok(())
}

/// A node's first line and its properties.
fn head(out: &mut dyn Write, node: FdtNode<'_>, depth: usize) -> Result {
    let indent = depth * 4;
    let name = if node.name().is_empty() { "/" } else { node.name() };
    writeln!(out, "{:indent$}{} {{", "", clean(name))?;
    for p in node.properties() {
        write!(out, "{:indent$}    {}", "", clean(p.name()))?;
        value(out, p.value())?;
        out.write_str(";\n")?;
    }
    Ok(())
}

/// A property's value: strings if it looks like some, cells if its length fits, else bytes. The type is not in the
/// tree, but each form stands for the same bytes.
fn value(out: &mut dyn Write, value: &[u8]) -> Result {
    if value.is_empty() {
        return Ok(());
    }
    if let Some(text) = value.strip_suffix(&[0])
        && text.split(|&b| b == 0).all(|s| !s.is_empty() && s.iter().all(|b| (0x20..0x7f).contains(b)))
    {
        for (n, s) in text.split(|&b| b == 0).enumerate() {
            out.write_str(if n == 0 { " = \"" } else { ", \"" })?;
            for &b in s {
                if matches!(b, b'"' | b'\\') {
                    out.write_char('\\')?;
                }
                out.write_char(char::from(b))?;
            }
            out.write_char('"')?;
        }
        return Ok(());
    }
    let (cells, rest) = value.as_chunks::<4>();
    let cells_fit = rest.is_empty();
    out.write_str(if cells_fit { " = <" } else { " = [" })?;
    if cells_fit {
        for (n, cell) in cells.iter().enumerate() {
            write!(out, "{}{:#x}", if n > 0 { " " } else { "" }, u32::from_be_bytes(*cell))?;
        }
    } else {
        for (n, byte) in value.iter().enumerate() {
            write!(out, "{}{byte:02x}", if n > 0 { " " } else { "" })?;
        }
    }
    out.write_str(if cells_fit { ">" } else { "]" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dtoolkit::model::{DeviceTree, DeviceTreeNode, DeviceTreeProperty};

    fn sample() -> Vec<u8> {
        let mut tree = DeviceTree::new();
        let mut node = DeviceTreeNode::new("uart@9000000").unwrap();
        let mut add =
            |name: &str, value: &[u8]| node.add_property(DeviceTreeProperty::new(name, value).unwrap());
        add("compatible", b"arm,pl011\0arm,primecell\0");
        add("reg", &[0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0]);
        add("bytes", &[1, 2, 3]);
        add("dma-coherent", &[]);
        add("quoted", b"say \"hi\" \\o/\0");
        add("two", b"a\0\0");
        add("control", b"\x1b[2J\0xx");
        tree.root.add_child(node);
        tree.to_dtb()
    }

    fn text(dtb: &[u8]) -> String {
        let mut out = String::new();
        tree(&mut out, Fdt::new(dtb).unwrap()).unwrap();
        out
    }

    #[test]
    fn values_take_the_form_that_fits() {
        let out = text(&sample());
        for line in [
            "/dts-v1/;",
            "/ {",
            "    uart@9000000 {",
            "        compatible = \"arm,pl011\", \"arm,primecell\";",
            "        reg = <0x0 0x9000000 0x0 0x1000>;",
            "        bytes = [01 02 03];",
            "        dma-coherent;",
            "        quoted = \"say \\\"hi\\\" \\\\o/\";",
            "        two = [61 00 00];",
            "        control = [1b 5b 32 4a 00 78 78];",
            "    };",
            "};",
        ] {
            assert!(out.lines().any(|l| l == line), "{line} in\n{out}");
        }
        assert!(out.chars().all(|c| c == '\n' || !c.is_control()));
    }

    #[test]
    fn dtc_reads_it_back_to_the_same_tree() {
        // Where there is no dtc, the test above stands alone.
        let run = |args: &[&str], input: &[u8]| {
            use std::io::Write as _;
            use std::process::{Command, Stdio};
            let pipe = Stdio::piped;
            let mut child = Command::new("dtc")
                .args(args)
                .stdin(pipe())
                .stdout(pipe())
                .stderr(Stdio::null())
                .spawn()
                .ok()?;
            child.stdin.take()?.write_all(input).ok()?;
            child.wait_with_output().ok().filter(|o| o.status.success()).map(|o| o.stdout)
        };
        let source = "/dts-v1/; / { a = \"x\\\"y\\\\z\", \"w\"; b = <1 2>; c = [00 01 02]; d; n@1 { reg = <1>; e = \"\"; }; };";
        let Some(dtb) = run(&["-qq", "-I", "dts", "-O", "dtb"], source.as_bytes()) else { return };
        let again = run(&["-qq", "-I", "dts", "-O", "dtb"], text(&dtb).as_bytes()).unwrap();
        assert_eq!(dtb, again);
    }
}
