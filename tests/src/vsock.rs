// SPDX-License-Identifier: GPL-2.0-only
//! Socket devices under Linux's own modules: streams between guests, and a guest's management terminal.

use anyhow::{Result, ensure};

use crate::harness::{BOTH, Context, Running, Setup, Test};
use crate::linux::{ask, to_user_space};
use crate::root::sum_in;
use crate::virtio::{load, with_programs};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "vsock_two_guests", limit: 300, profiles: BOTH, run: two },
    Test { name: "vsock_terminal_of_a_guest", limit: 200, profiles: BOTH, run: terminal },
];

/// The modules, in the order in which they are to be loaded.
const MODULES: &[&str] = &[
    "drivers/virtio/virtio_mmio",
    "net/vmw_vsock/vsock",
    "net/vmw_vsock/vmw_vsock_virtio_transport_common",
    "net/vmw_vsock/vmw_vsock_virtio_transport",
];

/// Two guests with CIDs 3 and 4 in one network; only the first may have a terminal.
fn boot(context: &Context) -> Result<Running> {
    let mut guests = Vec::new();
    for (n, options) in [(0, "ferrovisor,terminal;"), (1, "ferrovisor,packed;")] {
        let node = format!(
            "vsock {{ compatible = \"virtio,mmio\"; ferrovisor,device = \"vsock\"; ferrovisor,cid = <{}>;
                ferrovisor,vsock = \"pair\"; {options} }};",
            n + 3
        );
        guests.push(with_programs(context, &format!("linux{n}"), MODULES, &["vsock"], &node)?);
    }
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for n in 0..2 {
        machine.type_line(&format!("console linux{n}"))?;
        up(&mut machine)?;
        machine.leave_console()?;
    }
    Ok(machine)
}

/// Waits for the guest at whose console we are.
fn up(machine: &mut Running) -> Result<()> {
    to_user_space(machine, 2)?;
    load(machine, MODULES)
}

/// What a command says at a guest's console.
pub fn at(machine: &mut Running, guest: usize, command: &str) -> Result<String> {
    machine.type_line(&format!("console linux{guest}"))?;
    let said = ask(machine, command)?;
    machine.leave_console()?;
    Ok(said)
}

/// 8 MiB both ways at once, three connections after each other and from either side; a port that nobody listens at; a guest
/// reset amid a transfer, whose peer hears of it, and which works afterwards.
fn two(context: &Context) -> Result<()> {
    let mut machine = boot(context)?;
    exchanges(&mut machine, &[(0, 1), (1, 0), (0, 1)])?;
    let said = at(
        &mut machine,
        0,
        "/root/vsock connect 4 77 </dev/null 2>&1; /root/vsock connect 9 77 </dev/null 2>&1",
    )?;
    ensure!(said.matches("connect: Connection reset").count() == 2, "{said}");
    at(&mut machine, 1, "(/root/vsock listen 2000 </dev/zero >/dev/null 2>&1) & :; seq 100")?;
    at(
        &mut machine,
        0,
        "(/root/vsock connect 4 2000 </dev/zero >/dev/null 2>/tmp/end; echo over >>/tmp/end) & :",
    )?;
    machine.command("sleep 500")?;
    machine.done("guest reset linux1")?;
    let said = at(
        &mut machine,
        0,
        "for i in $(seq 50); do grep -q over /tmp/end && break; sleep 0.1; done; cat /tmp/end",
    )?;
    let heard = said.contains("Connection reset") || said.contains("Broken pipe");
    ensure!(heard && said.contains("over"), "the peer of who was reset: {said}");
    machine.type_line("console linux1")?;
    up(&mut machine)?;
    machine.leave_console()?;
    exchanges(&mut machine, &[(0, 1)])?;
    for n in 0..2 {
        let info = machine.command(&format!("guest info linux{n}"))?;
        ensure!(info.contains("0 malformed rings"), "{info}");
    }
    Ok(())
}

/// The MD5 sum that a command prints, maybe between lines of the kernel.
fn sum(machine: &mut Running, guest: usize, command: &str) -> Result<String> {
    sum_in(32, &at(machine, guest, command)?)
}

/// The guests `linux0` and `linux1` send each other 8 MiB for each of these pairs of who asks for a connection and who is asked.
pub fn exchanges(machine: &mut Running, pairs: &[(usize, usize)]) -> Result<()> {
    let make = "dd if=/dev/urandom of=/tmp/a bs=64k count=128 2>/dev/null; md5sum </tmp/a";
    let sums = [sum(machine, 0, make)?, sum(machine, 1, make)?];
    pairs.iter().try_for_each(|&(asker, asked)| exchange(machine, asker, asked, &sums))
}

/// Both guests send `/tmp/a` to each other.
fn exchange(machine: &mut Running, asker: usize, asked: usize, sums: &[String; 2]) -> Result<()> {
    at(machine, asked, "rm -f /tmp/sum; (/root/vsock listen 999 </tmp/a | md5sum >/tmp/sum) & sleep 0.5")?;
    let got = sum(machine, asker, &format!("/root/vsock connect {} 999 </tmp/a | md5sum", asked + 3))?;
    ensure!(got == sums[asked], "what arrives at {asker} is {got}, not {}", sums[asked]);
    let wait = "for i in $(seq 50); do [ -s /tmp/sum ] && break; sleep 0.2; done; cat /tmp/sum";
    let got = sum(machine, asked, wait)?;
    ensure!(got == sums[asker], "what arrives at {asked} is {got}, not {}", sums[asker]);
    Ok(())
}

/// A guest whose node says so lists the guests and resets the other; one whose node does not is refused; a session ends with
/// its connection, a command that runs in it too.
fn terminal(context: &Context) -> Result<()> {
    let mut machine = boot(context)?;
    let said = at(&mut machine, 1, "/root/vsock connect 2 23 </dev/null 2>&1")?;
    ensure!(said.contains("connect: Connection reset"), "{said}");
    let said = at(&mut machine, 0, "/root/vsock connect 2 22 </dev/null 2>&1")?;
    ensure!(said.contains("connect: Connection reset"), "{said}");
    // That a session has ended may else be said amid a line of what it has shown.
    machine.done("log level warn")?;
    let list = "printf 'gue\\tli\\b\\blist\\rconsole linux1\\rhelp\\r' | /root/vsock connect 2 23 | tr '\\r' ' '; echo $?";
    for _ in 0..2 {
        let said = at(&mut machine, 0, list)?;
        let rows = said.lines().filter(|line| line.starts_with("linux") && line.contains("running")).count();
        ensure!(rows == 2 && said.contains("only the host console can"), "{said}");
        ensure!(said.contains("poweroff") && said.trim_end().ends_with('0'), "{said}");
    }
    // The connection goes while a command runs.
    let begin = "(sleep 100 | /root/vsock connect 2 23 >/dev/null) & sleep 0.2; killall sleep vsock; sleep 0.2; \
                 (printf 'sleep 1000000\\r'; sleep 100) | /root/vsock connect 2 23 >/tmp/out & sleep 1; killall vsock sleep; cat /tmp/out";
    let said = at(&mut machine, 0, begin)?;
    ensure!(said.contains("ferrovisor# sleep 1000000"), "{said}");
    let mut vcpus = String::new();
    for _ in 0..20 {
        vcpus = machine.command("sched list")?;
        if !vcpus.contains("terminal/linux0") {
            break;
        }
        machine.command("sleep 200")?;
    }
    ensure!(!vcpus.contains("terminal/linux0") && vcpus.contains("terminal"), "{vcpus}");
    at(&mut machine, 1, "seq 100")?;
    let said = at(&mut machine, 0, "printf 'guest reset linux1\\r' | /root/vsock connect 2 23; echo")?;
    ensure!(said.contains("guest reset linux1") && !said.contains("error: "), "{said}");
    machine.type_line("console linux1")?;
    up(&mut machine)?;
    machine.leave_console()?;
    let info = machine.command("guest info linux0")?;
    ensure!(
        info.contains("terminal sessions: none, 5 in all") && info.contains("0 malformed rings"),
        "{info}"
    );
    Ok(())
}
