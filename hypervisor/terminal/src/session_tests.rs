// SPDX-License-Identifier: GPL-2.0-only
//! Sessions on a machine made of buffers.

use super::*;
use crate::commands::TABLE;
use crate::fake::Machine;

const ESCAPE: u8 = 0x1d;

fn session(ports: &[&str]) -> Session<Machine> {
    let mut machine = Machine { room: usize::MAX, ..Machine::default() };
    for port in ports {
        machine.ports.insert(port.to_string(), Vec::new());
    }
    let mut session = Session::new(machine, TABLE, &Config::default());
    session.start("Ferrovisor");
    session
}

impl Session<Machine> {
    /// Types bytes and runs the session; what it shows from here on.
    fn types(&mut self, bytes: &[u8]) -> String {
        self.host.shown.clear();
        self.host.typed.extend(bytes);
        self.step();
        self.host.text()
    }
}

#[test]
fn starts_with_a_banner_and_a_prompt_at_the_start_of_a_line() {
    assert_eq!(session(&[]).host.text(), "\r\nFerrovisor\r\nferrovisor# ");
}

#[test]
fn a_command_and_the_next_prompt() {
    let mut s = session(&[]);
    assert_eq!(s.types(b"echo a  b\r"), "echo a  b\r\na b\r\nferrovisor# ");
    assert_eq!(s.types(b"\r"), "\r\nferrovisor# ");
    assert_eq!(s.types(b"# only a comment\r"), "# only a comment\r\nferrovisor# ");
    assert_eq!(s.types(b"\x03"), "^C\r\nferrovisor# ");
}

#[test]
fn errors_are_lines() {
    let mut s = session(&[]);
    let shown = s.types(b"ecko a\r");
    assert!(
        shown.ends_with("\r\nerror: unknown command 'ecko', did you mean 'echo'? expected one of those that 'help' lists\r\nferrovisor# "),
        "{shown}"
    );
    assert!(s.types(b"echo 'a\r").contains("error: column 6: found ' without its counterpart"));
    assert!(
        s.types(b"sleep\r")
            .contains("error: sleep: MILLISECONDS: found nothing, expected: sleep MILLISECONDS")
    );
}

#[test]
fn a_pasted_script_runs_line_by_line() {
    let mut s = session(&[]);
    let shown = s.types(b"echo one\necho two\r\necho three\r");
    assert_eq!(shown.matches("\nferrovisor# ").count(), 3);
    let order: Vec<_> = ["\r\none", "\r\ntwo", "\r\nthree"].iter().map(|t| shown.find(t).unwrap()).collect();
    assert!(order.is_sorted());
}

#[test]
fn log_output_leaves_the_edited_line_in_place() {
    let mut s = session(&[]);
    s.types(b"echo hel");
    s.host.shown.clear();
    s.host.log("[    1.000000] something happened");
    assert_eq!(
        s.host.text(),
        "\r\x1b[K[    1.000000] something happened\r\n\rferrovisor# echo hel\x1b[K",
        "no fresh prompt, the line again"
    );
    assert_eq!(s.types(b"lo\r"), "lo\r\nhello\r\nferrovisor# ");
    // With the cursor in the middle, it is put back there.
    s.types(b"abc\x1b[D");
    assert_eq!(s.host.row, b"\rferrovisor# abc\x1b[K\r\x1b[14C");
}

#[test]
fn nothing_is_redrawn_while_a_command_runs_or_a_guest_is_attached() {
    let mut s = session(&["linux0/uart0"]);
    s.types(&[ESCAPE]);
    assert!(s.host.row.is_empty());
    s.host.shown.clear();
    s.host.log("line");
    assert_eq!(s.host.text(), "line\r\n");
}

#[test]
fn tab_completes_or_lists() {
    let mut s = session(&["linux0/uart0", "linux1/uart0"]);
    assert_eq!(s.types(b"cons\t"), "console ");
    assert_eq!(s.types(b"l\t"), "linux");
    let listed = s.types(b"\t");
    assert!(
        listed.starts_with("\r\nlinux0/uart0  linux1/uart0  \r\n\rferrovisor# console linux"),
        "{listed:?}"
    );
    assert_eq!(s.types(b"9\t"), "9\x07");
    assert_eq!(s.types(b"\x15ec\t\t"), "\rferrovisor# ec\x1b[Kho \x07");
}

#[test]
fn the_switch_key_goes_there_and_back() {
    let mut s = session(&["linux0/uart0"]);
    let shown = s.types(&[ESCAPE]);
    assert_eq!(shown, "\r\n[console of linux0/uart0, Ctrl-] goes back to the prompt]\r\n");
    assert_eq!(s.types(b"ls\r\x03\x1b[A"), "", "the guest echoes, not the terminal");
    assert_eq!(s.host.ports["linux0/uart0"], b"ls\r\x03\x1b[A");
    assert_eq!(s.types(&[ESCAPE]), "\r\n[management terminal]\r\nferrovisor# ");
    assert_eq!(s.host.attached, None);
    // On a line with text the key does nothing but ring.
    assert_eq!(s.types(b"abc\x1d"), "abc\x07");
}

#[test]
fn the_switch_key_prefers_the_console_seen_last() {
    let mut s = session(&["a/uart0", "b/uart0"]);
    assert!(
        s.types(&[ESCAPE]).contains("several guests have a console: 'console GUEST' goes to one of them")
    );
    s.attach("b/uart0");
    s.types(&[ESCAPE]);
    s.types(&[ESCAPE]);
    assert_eq!(s.host.attached.as_deref(), Some("b/uart0"));
    s.types(&[ESCAPE]);
    s.host.ports.remove("b/uart0");
    s.types(&[ESCAPE]);
    assert_eq!(s.host.attached.as_deref(), Some("a/uart0"), "the only one left");
    assert!(session(&[]).types(&[ESCAPE]).contains("no guest has a console"));
}

#[test]
fn a_full_uart_gets_its_input_later_and_in_order() {
    let mut s = session(&["linux0/uart0"]);
    s.types(&[ESCAPE]);
    s.host.room = 16;
    let paste: Vec<u8> = (0..1024).map(|n| b'a' + (n % 26) as u8).collect();
    s.host.typed.extend(&paste);
    let mut steps = 0;
    while let Some(ns) = s.step() {
        if s.kept.is_empty() {
            break;
        }
        assert_eq!(ns, RETRY_NS);
        s.host.room = 16;
        steps += 1;
    }
    assert_eq!(steps, 63);
    assert_eq!(s.host.ports["linux0/uart0"], paste);
}

#[test]
fn a_guest_that_never_reads_does_not_keep_the_user() {
    let mut s = session(&["linux0/uart0"]);
    s.types(&[ESCAPE]);
    s.host.room = 0;
    s.types(&vec![b'x'; KEPT + 5]);
    assert_eq!(
        s.types(&[ESCAPE]),
        "\r\n[management terminal] (5 bytes typed were not taken)\r\nferrovisor# "
    );
    // What was kept for it is forgotten.
    s.host.room = usize::MAX;
    s.types(&[ESCAPE, b'y']);
    assert_eq!(s.host.ports["linux0/uart0"], b"y");
}

#[test]
fn a_closed_console_leads_back_to_the_prompt() {
    let mut s = session(&["linux0/uart0"]);
    s.types(&[ESCAPE]);
    s.host.ports.clear();
    assert_eq!(s.types(b""), "ferrovisor# ");
    assert_eq!(s.types(b"echo on\r"), "echo on\r\non\r\nferrovisor# ");
}

#[test]
fn ctrl_c_ends_a_command_that_waits() {
    let mut s = session(&[]);
    let shown = s.types(b"sleep 1000\r\x03");
    assert!(shown.ends_with("error: sleep: stopped by Ctrl-C\r\nferrovisor# "), "{shown}");
    let before = s.host.now;
    s.types(b"sleep 50\r");
    assert_eq!(s.host.now - before, 50_000_000);
    assert!(s.types(b"sleep 1000\recho later\r").ends_with("later\r\nferrovisor# "), "typed ahead");
}

#[test]
fn any_bytes_do_no_harm() {
    let mut s = session(&["linux0/uart0"]);
    let mut seed = 99_u64;
    for _ in 0..3_000 {
        let bytes: Vec<u8> = (0..8)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) as u8
            })
            .collect();
        s.host.now = 0;
        s.types(&bytes);
    }
}
