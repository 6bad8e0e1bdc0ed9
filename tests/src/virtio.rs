// SPDX-License-Identifier: GPL-2.0-only
//! Virtio devices under Linux's own drivers, the modules of Debian's kernel.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use xtask::artifacts::initramfs::{self, Extra};
use xtask::artifacts::linux_modules;

use crate::harness::{BOTH, Context, Running, Setup, Test};
use crate::linux::{ask, to_user_space};
use crate::lives::Balance;

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "virtio_disks", limit: 240, profiles: BOTH, run: disks },
    Test { name: "virtio_random", limit: 180, profiles: BOTH, run: random },
    Test { name: "virtio_console", limit: 180, profiles: BOTH, run: console },
    Test { name: "virtio_console_of_one_port", limit: 180, profiles: BOTH, run: one_console },
    Test { name: "virtio_balloon", limit: 180, profiles: BOTH, run: balloon },
    Test { name: "virtio_reset_amid_io", limit: 300, profiles: BOTH, run: reset },
    Test { name: "virtio_hostile_driver", limit: 300, profiles: BOTH, run: hostile },
    Test { name: "virtio_hundred_kills_amid_load", limit: 300, profiles: BOTH, run: kills },
    Test { name: "virtio_kills_with_all_in_use", limit: 300, profiles: BOTH, run: kills_held },
];

/// On the ZCU102.
pub const ZCU102: &[Test] =
    &[Test { name: "virtio_partitions_of_the_card", limit: 400, profiles: BOTH, run: card }];

/// The modules, in the order in which they are to be loaded.
const MODULES: &[&str] = &[
    "drivers/virtio/virtio_mmio",
    "drivers/block/virtio_blk",
    "drivers/char/hw_random/virtio-rng",
    "drivers/char/virtio_console",
    "drivers/virtio/virtio_balloon",
];

/// `linux0` under this name with these nodes besides, and with modules in `/root` of its user space.
pub fn with_modules(context: &Context, name: &str, wanted: &[&str], nodes: &str) -> Result<PathBuf> {
    with_programs(context, name, wanted, &[], nodes)
}

/// As [`with_modules`], with these of our programs beside the modules.
pub fn with_programs(
    context: &Context,
    name: &str,
    wanted: &[&str],
    programs: &[&str],
    nodes: &str,
) -> Result<PathBuf> {
    let kernel = linux_modules()?.join("kernel");
    let mut modules = Vec::new();
    for module in wanted {
        let path = kernel.join(format!("{module}.ko"));
        let name = format!("root/{}.ko", module.rsplit('/').next().unwrap_or(module));
        modules.push((name, fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?));
    }
    let mut own = Vec::new();
    for program in programs {
        own.push((format!("root/{program}"), xtask::bench::programs::program(program)?));
    }
    let mut extra: Vec<_> =
        modules.iter().map(|(path, bytes)| Extra { path, bytes, executable: false }).collect();
    extra.extend(own.iter().map(|(path, bytes)| Extra { path, bytes, executable: true }));
    context.file("virtio.cpio", &initramfs::busybox(&extra)?)?;
    let gpio = "gpio {\n";
    context.variant("linux0", name, &[("busybox.cpio", "virtio.cpio"), (gpio, &format!("{nodes}\n\t{gpio}"))])
}

/// Boots such a guest, to its shell, with the modules loaded.
fn boot(context: &Context, nodes: &str) -> Result<Running> {
    let guests = vec![with_modules(context, "linux0", MODULES, nodes)?];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.type_line("console linux0")?;
    ready(&mut machine)?;
    Ok(machine)
}

/// Waits for the shell and loads the modules.
fn ready(machine: &mut Running) -> Result<()> {
    to_user_space(machine, 2)?;
    load(machine, MODULES)
}

/// Loads modules, at a guest's shell.
pub fn load(machine: &mut Running, modules: &[&str]) -> Result<()> {
    let names: Vec<&str> = modules.iter().map(|module| module.rsplit('/').next().unwrap_or(module)).collect();
    let names = names.join(" ");
    let said =
        ask(machine, &format!("for m in {names}; do insmod /root/$m.ko || echo failed $m; done 2>&1"))?;
    ensure!(!said.contains("failed"), "modules cannot be loaded: {said}");
    Ok(())
}

/// A RAM disk of 8 MiB, and one from a file, read only, in packed rings and with two queues.
const DISKS: &str = "disk0 { compatible = \"virtio,mmio\"; ferrovisor,device = \"blk\"; ferrovisor,ramdisk;
        ferrovisor,size = <0x800000>; ferrovisor,serial = \"the first\"; };
    disk1 { compatible = \"virtio,mmio\"; ferrovisor,device = \"blk\"; ferrovisor,ramdisk = \"seed.img\";
        ferrovisor,read-only; ferrovisor,packed; ferrovisor,queues = <2>; };";

/// Linux's block driver reads back what it has written, sees serial numbers, and may not write what is read only.
fn disks(context: &Context) -> Result<()> {
    let seed: Vec<u8> = (0..300_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    context.file("seed.img", &seed)?;
    let mut machine = boot(context, DISKS)?;
    let disks = ask(
        &mut machine,
        "for f in serial size ro; do for d in vda vdb; do echo $(cat /sys/block/$d/$f); done; done",
    )?;
    let lines: Vec<&str> = disks.lines().map(str::trim).collect();
    ensure!(lines == ["the first", "disk1", "16384", "2344", "0", "1"], "the disks: {lines:?}");
    let queues = ask(&mut machine, "ls /sys/block/vda/mq | wc -l; ls /sys/block/vdb/mq | wc -l")?;
    ensure!(queues.split_whitespace().collect::<Vec<_>>() == ["1", "2"], "the queues: {queues}");
    let sums = ask(
        &mut machine,
        "dd if=/dev/urandom of=/tmp/a bs=64k count=100 2>/dev/null; dd if=/tmp/a of=/dev/vda bs=64k conv=fsync 2>&1 | tail -n1; \
         echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/vda bs=4k count=1600 2>/dev/null | md5sum; md5sum </tmp/a",
    )?;
    let sums: Vec<&str> = sums.lines().filter_map(|line| line.trim().strip_suffix("  -")).collect();
    ensure!(sums.len() == 2 && sums[0] == sums[1], "what was written is not what is read: {sums:?}");
    let copy = context.folder().join("copy.img");
    fs::write(&copy, [&seed[..], &[0; 128]].concat())?;
    let expected = xtask::process::output(Command::new("md5sum").arg(&copy))?;
    let expected = String::from_utf8_lossy(&expected);
    let seen = ask(&mut machine, "md5sum </dev/vdb")?;
    ensure!(expected.split_whitespace().next() == seen.split_whitespace().next(), "{seen} is not {expected}");
    let write = ask(
        &mut machine,
        "dd if=/tmp/a of=/dev/vdb bs=512 count=1 2>&1; echo; blkdiscard /dev/vda; dd if=/dev/vda bs=1M count=8 2>/dev/null | tr -d '\\0' | wc -c",
    )?;
    ensure!(
        write.contains("not permitted") && write.ends_with('0'),
        "a disk that is read only, and one discarded: {write}"
    );
    machine.leave_console()?;
    let info = machine.command("guest info linux0")?;
    ensure!(info.contains("0 malformed rings"), "{info}");
    Ok(())
}

/// Random numbers come from the host.
const RNG: &str = "rng { compatible = \"virtio,mmio\"; ferrovisor,device = \"rng\"; };";

/// Linux takes random bytes from the hypervisor; they are not the same twice.
fn random(context: &Context) -> Result<()> {
    let mut machine = boot(context, RNG)?;
    let said = ask(
        &mut machine,
        "cat /sys/class/misc/hw_random/rng_current; for n in 1 2; do dd if=/dev/hwrng bs=500 count=4 2>/dev/null | md5sum; done; \
         dd if=/dev/hwrng bs=4k count=4 iflag=fullblock 2>/dev/null | wc -c",
    )?;
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    ensure!(lines.len() == 4 && lines[0].starts_with("virtio_rng") && lines[3] == "16384", "{said}");
    ensure!(lines[1] != lines[2], "the same bytes twice: {said}");
    Ok(())
}

/// A console of two ports.
const CONSOLE: &str =
    "hvc { compatible = \"virtio,mmio\"; ferrovisor,device = \"console\"; ferrovisor,ports = <2>; };";

/// Linux hears of another size of its console `hvc`, by what `stty` says at another.
pub fn resized(machine: &mut Running, guest: &str) -> Result<()> {
    for (columns, rows) in [(132, 43), (80, 24)] {
        machine.done(&format!("console size {guest}/hvc {columns} {rows}"))?;
        machine.type_line(&format!("console {guest}/uart0"))?;
        let expected = format!("{rows} {columns}");
        let wait = format!(
            "for i in $(seq 50); do [ \"$(stty size </dev/hvc0)\" = \"{expected}\" ] && break; sleep 0.1; done; stty size </dev/hvc0"
        );
        let size = ask(machine, &wait)?;
        machine.leave_console()?;
        ensure!(size == expected, "the size is {size}, not {expected}");
    }
    Ok(())
}

/// A console of one port: its size is in the configuration space.
fn one_console(context: &Context) -> Result<()> {
    let node = "hvc { compatible = \"virtio,mmio\"; ferrovisor,device = \"console\"; };";
    let mut machine = boot(context, node)?;
    let size = ask(&mut machine, "sleep 0.3; stty size </dev/hvc0")?;
    ensure!(size == "24 80", "the size is {size}");
    machine.leave_console()?;
    resized(&mut machine, "linux0")?;
    let said = machine.command("console size linux0/uart0 132 43")?;
    ensure!(said.contains("a UART cannot tell its guest"), "{said}");
    Ok(())
}

/// Two ports under Linux.
fn console(context: &Context) -> Result<()> {
    let mut machine = boot(context, CONSOLE)?;
    ports(&mut machine, "linux0")?;
    let info = machine.command("guest info linux0")?;
    ensure!(info.contains("0 malformed rings"), "{info}");
    Ok(())
}

/// A shell at `hvc0` of the guest at whose console we are, and a second port that is named and echoes.
pub fn ports(machine: &mut Running, guest: &str) -> Result<()> {
    let ports = ask(
        machine,
        "for i in $(seq 100); do [ $(cat /sys/class/virtio-ports/*/name 2>/dev/null | wc -l) = 2 ] && break; sleep 0.1; done; \
         cat /sys/class/virtio-ports/*/name; (while :; do setsid sh -c 'exec sh </dev/hvc0 >/dev/hvc0 2>&1'; done) & :",
    )?;
    let names = [format!("{guest}/hvc"), format!("{guest}/hvc.1")];
    ensure!(ports.lines().map(str::trim).eq(&names), "the ports: {ports}");
    ask(machine, "(while read line; do echo heard $line; done </dev/hvc1 >/dev/hvc1) & :")?;
    machine.leave_console()?;
    let start = machine.type_line(&format!("console {guest}/hvc"))?;
    machine.send("echo $((6 * 111)); seq 3000 | tail -n 2; head -c 100000 /dev/zero | tr '\\0' x | fold; echo the $((1 + 1))nd end")?;
    machine.wait_for("the 2nd end")?;
    let log = machine.log();
    let said = log.get(start..).unwrap_or_default();
    ensure!(said.contains("666") && said.contains("3000"), "the shell does not answer");
    machine.leave_console()?;
    machine.type_line(&format!("console {guest}/hvc.1"))?;
    machine.send("one two")?;
    machine.wait_for("heard one two")?;
    machine.leave_console()?;
    resized(machine, guest)
}

/// A balloon under Linux.
fn balloon(context: &Context) -> Result<()> {
    let node = "balloon { compatible = \"virtio,mmio\"; ferrovisor,device = \"balloon\"; };";
    let mut machine = boot(context, node)?;
    gives(&mut machine, "linux0")?;
    let info = machine.command("guest info linux0")?;
    ensure!(info.contains("16384 pages erased") && info.contains("0 malformed rings"), "{info}");
    Ok(())
}

/// The guest at whose console we are gives up 64 MiB of its memory and takes it back; its files are whole, and it says what it
/// has.
pub fn gives(machine: &mut Running, guest: &str) -> Result<()> {
    const GIVEN: u64 = 64 << 20;
    const NEAR: u64 = 16 << 20;
    let make = "dd if=/dev/urandom of=/tmp/a bs=64k count=64 2>/dev/null; md5sum </tmp/a";
    let sum = ask(machine, make)?;
    machine.leave_console()?;
    let show = format!("guest balloon {guest}");
    let before = machine.json(&show)?;
    let number = |record: &serde_json::Value, name: &str| record[name].as_u64().unwrap_or(0);
    let (ram, free) = (number(&before, "ram"), number(&before, "free"));
    ensure!(free > GIVEN + (32 << 20) && free < ram, "the guest says: {before}");
    for (keep, given) in [(ram - GIVEN, GIVEN), (ram, 0)] {
        machine.done(&format!("{show} {keep}"))?;
        let (mut now, mut lost) = (before.clone(), 0);
        for _ in 0..100 {
            now = machine.json(&show)?;
            lost = free.saturating_sub(number(&now, "free"));
            // What it says of its memory may be older than that it has given all.
            if number(&now, "given") == given && lost.abs_diff(given) < NEAR {
                break;
            }
            machine.command("sleep 100")?;
        }
        ensure!(number(&now, "given") == given && number(&now, "wanted") == given, "{now}");
        ensure!(lost.abs_diff(given) < NEAR, "of {given} bytes that were given {lost} are missed: {now}");
        machine.type_line(&format!("console {guest}/uart0"))?;
        let seen = ask(machine, "cat /tmp/a | md5sum; dmesg | grep -ciE 'BUG:|Oops|Bad page'")?;
        ensure!(seen.lines().next() == sum.lines().next() && seen.ends_with('0'), "{seen}, not {sum}");
        machine.leave_console()?;
    }
    let said = machine.command(&format!("{show} {}", ram + 1))?;
    ensure!(said.contains("SIZE: found"), "{said}");
    Ok(())
}

/// Makes the lines of the last start scroll away, so that those of the next are not taken for them.
const AWAY: &str = "seq 40";

/// The guest is reset while it reads and writes, three times: its disks keep what they had, and work.
fn reset(context: &Context) -> Result<()> {
    context.file("seed.img", &[1; 65536])?;
    let mut machine = boot(context, DISKS)?;
    ask(&mut machine, "echo kept | dd of=/dev/vda conv=fsync 2>/dev/null")?;
    for _ in 0..3 {
        let work = "dd if=/dev/zero of=/dev/vda bs=64k seek=1 oflag=direct; dd if=/dev/vda of=/dev/null bs=256k iflag=direct";
        ask(&mut machine, &format!("{AWAY}; (while :; do {work}; done) >/dev/null 2>&1 & :"))?;
        machine.leave_console()?;
        machine.command("sleep 500")?;
        machine.done("guest reset linux0")?;
        machine.type_line("console linux0")?;
        ready(&mut machine)?;
        let kept = ask(
            &mut machine,
            "dd if=/dev/vda bs=4 count=1 2>/dev/null; echo; dd if=/dev/vdb bs=4k 2>/dev/null | wc -c",
        )?;
        ensure!(kept.split_whitespace().collect::<Vec<_>>() == ["kept", "65536"], "after a reset: {kept}");
    }
    machine.leave_console()?;
    machine.done("guest destroy linux0")?;
    machine.done("guest create linux0")?;
    Ok(())
}

/// The guest `micro`, which keeps a disk and two network devices busy, under another name and in a second copy beside it.
fn busy(context: &Context) -> Result<Vec<PathBuf>> {
    let load = ("wait=1", "load=1");
    let killed = context.variant("micro", "killed", &[load, ("\tautostart;\n", "")])?;
    let macs = [("00 00 00 00 01]", "00 00 00 00 11]"), ("00 00 00 00 02]", "00 00 00 00 12]")];
    Ok(vec![killed, context.variant("micro", "beside", &[load, macs[0], macs[1]])?])
}

/// How many frames the guest `beside` has sent.
fn sent(machine: &mut Running) -> Result<u64> {
    let info = machine.command("guest info beside")?;
    ensure!(info.contains("0 malformed rings"), "{info}");
    let counts =
        info.split(" frames sent").filter_map(|before| before.rsplit(' ').next()?.parse::<u64>().ok());
    counts.max().with_context(|| format!("no frames: {info}"))
}

/// What memory is used for, but for the heap, which keeps what it has.
fn purposes(machine: &mut Running) -> Result<Vec<String>> {
    let memory = machine.json("host mem")?;
    let all = memory["by_purpose"].as_array().context("no purposes")?;
    Ok(all
        .iter()
        .map(ToString::to_string)
        .filter(|one| !one.contains("heap") && !one.contains("free"))
        .collect())
}

/// A guest is reset and destroyed a hundred times amid requests to its disk and frames on a switch: all its memory comes back,
/// and a guest on the same switch goes on.
fn kills(context: &Context) -> Result<()> {
    let mut machine = context.boot(Setup { guests: busy(context)?, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.command("sleep 300")?;
    let (mut before, mut frames) = (Vec::new(), sent(&mut machine)?);
    for round in 0..=50 {
        machine.done("guest create killed")?;
        machine.done("guest start killed")?;
        machine.command("sleep 20")?;
        machine.done("guest reset killed")?;
        machine.command("sleep 20")?;
        machine.done("guest destroy killed")?;
        let now = sent(&mut machine)?;
        ensure!(now > frames, "the guest beside it stands still at {now} frames");
        frames = now;
        if round == 0 {
            // With the worker that the first guest was the reason for.
            before = purposes(&mut machine)?;
        }
    }
    let after = purposes(&mut machine)?;
    ensure!(before == after, "memory before: {before:?}, after: {after:?}");
    Ok(())
}

/// A bus with a device of each kind, all with messages, for the guest with this number, in place of the bus of `micro`.
fn held(context: &Context, name: &str, cid: u32, peer: u32) -> Result<PathBuf> {
    let bus = format!(
        "console {{ ferrovisor,device = \"console\"; ferrovisor,ports = <2>; }};
         balloon {{ ferrovisor,device = \"balloon\"; }};
         socket {{ ferrovisor,device = \"vsock\"; ferrovisor,cid = <{cid}>; ferrovisor,vsock = \"pair\"; ferrovisor,terminal; }};
         disk1 {{"
    );
    let mac = |n| format!("00 00 00 0{cid} 0{n}]");
    let changes = [
        ("wait=1", format!("load=1 peer={peer}")),
        ("disk1 {", bus),
        ("00 00 00 00 01]", mac(1)),
        ("00 00 00 00 02]", mac(2)),
        ("00 00 00 00 03]", mac(3)),
        ("00 00 00 00 04]", mac(4)),
        ("\tautostart;\n", String::new()),
    ];
    let changes: Vec<_> = changes.iter().map(|(old, new)| (*old, new.as_str())).collect();
    context.variant("micro", name, &changes)
}

/// What shows that all devices of [`held`] are in use.
const HELD: [&str; 5] = [
    "holds 1024 KiB",
    "1024 KiB, 256 pages erased",
    "4 connections asked for",
    "sessions: one open",
    "console.1, sent ",
];

/// A guest with a device of each kind behind a PCI host bridge is reset and destroyed amid all that it does with them: four
/// connections each way with the guest beside it, a terminal of the hypervisor in which a command runs, a console of two ports, a
/// balloon that is filled, a disk that interrupts by messages, and all that [`kills`] has. Not a page and not a byte of the heap
/// is lost.
fn kills_held(context: &Context) -> Result<()> {
    let guests = vec![held(context, "killed", 3, 4)?, held(context, "beside", 4, 3)?];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.done("guest create beside")?;
    machine.done("guest start beside")?;
    let mut balance = Balance(None);
    for round in 0..=20 {
        machine.done("guest create killed")?;
        machine.done("guest start killed")?;
        if round % 10 == 0 {
            in_use(&mut machine, "killed")?;
            in_use(&mut machine, "beside")?;
        }
        machine.command(&format!("sleep {}", round * 37 % 200))?;
        if round % 2 == 0 {
            machine.done("guest reset killed")?;
            machine.command(&format!("sleep {}", round * 23 % 100))?;
        }
        machine.done("guest destroy killed")?;
        // The terminal's session ends, and the guest beside it hears that its connections are over.
        machine.command("sleep 100")?;
        balance.check(&mut machine, round, round % 10 == 0)?;
    }
    Ok(())
}

/// Waits until a guest of [`held`] uses all its devices.
fn in_use(machine: &mut Running, guest: &str) -> Result<()> {
    let mut info = String::new();
    for _ in 0..100 {
        info = machine.command(&format!("guest info {guest}"))?;
        if HELD.iter().all(|text| info.contains(text)) {
            ensure!(!info.contains("console.1, sent 0,"), "the second port says nothing: {info}");
            return Ok(());
        }
        machine.command("sleep 50")?;
    }
    let missing: Vec<_> = HELD.iter().filter(|text| !info.contains(**text)).collect();
    anyhow::bail!("not in use is what should say {missing:?}: {info}")
}

/// One device of each kind, of which some offer packed rings.
const ALL: &str = "disk { compatible = \"virtio,mmio\"; ferrovisor,device = \"blk\"; ferrovisor,ramdisk; ferrovisor,size = <0x100000>;
        ferrovisor,packed; ferrovisor,queues = <2>; };
    net { compatible = \"virtio,mmio\"; ferrovisor,device = \"net\"; ferrovisor,switch = \"micro\"; ferrovisor,packed; };
    lan { compatible = \"virtio,mmio\"; ferrovisor,device = \"net\"; ferrovisor,switch = \"micro\"; };
    random { compatible = \"virtio,mmio\"; ferrovisor,device = \"rng\"; ferrovisor,packed; };
    port { compatible = \"virtio,mmio\"; ferrovisor,device = \"console\"; ferrovisor,ports = <2>; };
    balloon { compatible = \"virtio,mmio\"; ferrovisor,device = \"balloon\"; ferrovisor,packed; };
    socket { compatible = \"virtio,mmio\"; ferrovisor,device = \"vsock\"; ferrovisor,cid = <3>; ferrovisor,terminal;
        ferrovisor,packed; };
    rtc {";

/// A driver does everything wrong with devices of each kind: each fails again and again, and nothing but they do; a guest with
/// a disk and on the same switch goes on.
fn hostile(context: &Context) -> Result<()> {
    hostile_to(context, "rings", ALL, 7, 100)
}

/// The guest `hostile` does everything wrong that `mode` has, with `devices` in front of those that it has anyway, while guests
/// beside it go on. `count` devices fail, each more than `least` times.
pub fn hostile_to(context: &Context, mode: &str, devices: &str, count: usize, least: u64) -> Result<()> {
    let mode = format!("ops=600000 modes={mode}");
    let changes = [("seed=1 ops=1500000", mode.as_str()), ("autostart;", ""), ("rtc {", devices)];
    let mut guests = busy(context)?;
    guests.push(context.variant("hostile", "hostile", &changes)?);
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    machine.done("guest create hostile")?;
    let before = sent(&mut machine)?;
    machine.done("guest start hostile")?;
    machine.wait_for("guest hostile: PSCI SYSTEM_OFF")?;
    machine.command("sleep 100")?;
    let after = sent(&mut machine)?;
    ensure!(after > before + 1000, "the guest beside it has sent {before} frames, then {after}");
    let info = machine.command("guest info hostile")?;
    let failures =
        info.split(" malformed rings").filter_map(|part| part.rsplit(' ').next()?.parse::<u64>().ok());
    let failures: Vec<u64> = failures.collect();
    ensure!(
        failures.len() == count && failures.iter().all(|&times| times > least),
        "malformed rings {failures:?}: {info}"
    );
    machine.done("guest destroy hostile")?;
    machine.command("sleep 100")?;
    ensure!(sent(&mut machine)? > after, "the guest beside it stands still");
    Ok(())
}

/// Two partitions of the card.
const PARTITIONS: &str =
    "disk0 { compatible = \"virtio,mmio\"; ferrovisor,device = \"blk\"; ferrovisor,disk = \"mmc0p1\"; };
    disk1 { compatible = \"virtio,mmio\"; ferrovisor,device = \"blk\"; ferrovisor,disk = \"mmc0p2\";
        ferrovisor,read-only; };";

/// Partitions of a card that a driver of Linux serves: read as they are in the card's file, written and read back by the
/// guest and by the host, the guest reset meanwhile.
fn card(context: &Context) -> Result<()> {
    let file = crate::card::image(context)?;
    let guests = vec![with_modules(context, "linux0", MODULES, PARTITIONS)?];
    let text = fs::read_to_string(&guests[0])?.replace("\tautostart;\n", "");
    fs::write(&guests[0], text)?;
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    crate::card::until_ready(&mut machine)?;
    machine.done("guest create linux0")?;
    machine.done("guest start linux0")?;
    machine.type_line("console linux0")?;
    ready(&mut machine)?;
    let expected = crate::card::sum(&file, xtask::card::START, 2 << 20)?;
    let read = "dd if=/dev/vda bs=64k count=32 2>/dev/null | sha256sum";
    let seen = ask(&mut machine, read)?;
    ensure!(seen.starts_with(&expected), "the partition has {expected}, the guest reads {seen}");
    for _ in 0..2 {
        let work = "dd if=/dev/vda of=/dev/null bs=256k iflag=direct count=8; dd if=/dev/vdb of=/dev/null bs=4k iflag=direct count=100";
        ask(&mut machine, &format!("{AWAY}; (while :; do {work}; done) >/dev/null 2>&1 & :"))?;
        machine.leave_console()?;
        machine.command("sleep 700")?;
        machine.done("guest reset linux0")?;
        machine.type_line("console linux0")?;
        ready(&mut machine)?;
    }
    let seen = ask(&mut machine, read)?;
    ensure!(seen.starts_with(&expected), "after resets the guest reads {seen}");
    let write = "dd if=/dev/urandom of=/tmp/a bs=64k count=16 2>/dev/null; dd if=/tmp/a of=/dev/vda bs=64k seek=256 conv=fsync 2>/dev/null; \
        sha256sum </tmp/a; echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/vda bs=64k skip=256 count=16 2>/dev/null | sha256sum; \
        dd if=/tmp/a of=/dev/vdb count=1 2>&1";
    let sums = ask(&mut machine, write)?;
    let lines: Vec<&str> = sums.split_whitespace().filter(|word| word.len() == 64).collect();
    ensure!(
        lines.len() == 2 && lines[0] == lines[1] && sums.contains("not permitted"),
        "written and read: {sums}"
    );
    machine.leave_console()?;
    let hash = machine.json("block hash mmc0p1 32768 2048")?;
    ensure!(hash["sha256"] == lines[0], "the host reads {hash}, the guest wrote {}", lines[0]);
    let info = machine.command("guest info linux0")?;
    ensure!(info.contains("0 malformed rings"), "{info}");
    machine.done("guest destroy linux0")?;
    Ok(())
}
