// SPDX-License-Identifier: GPL-2.0-only
//! Virtio devices behind a PCI host bridge, under Linux's own drivers.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use xtask::qemu::Overrides;

use crate::harness::{BOTH, Context, DEBUG, Running, Setup, Test};
use crate::linux::{ask, to_user_space};
use crate::virtio::{gives, hostile_to, load, ports, resized, with_modules, with_programs};
use crate::vsock::{at, exchanges};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "pci_disk_network_and_random", limit: 300, profiles: BOTH, run: devices },
    Test { name: "pci_every_kind", limit: 400, profiles: BOTH, run: every_kind },
    Test { name: "pci_messages_gicv2", limit: 200, profiles: DEBUG, run: gicv2 },
    Test { name: "pci_reset_amid_io", limit: 300, profiles: BOTH, run: reset },
    Test { name: "pci_hostile_driver", limit: 300, profiles: BOTH, run: hostile },
];

/// The modules, in the order in which they are to be loaded.
const MODULES: &[&str] = &[
    "drivers/virtio/virtio_pci_legacy_dev",
    "drivers/virtio/virtio_pci_modern_dev",
    "drivers/virtio/virtio_pci",
    "drivers/block/virtio_blk",
    "drivers/char/hw_random/virtio-rng",
    "net/core/failover",
    "drivers/net/net_failover",
    "drivers/net/virtio_net",
];

/// A disk, a read-only one in packed rings on the same interrupt line, a network device, and random numbers.
const DEVICES: &str = "pci { compatible = \"pci-host-ecam-generic\";
        disk0 { ferrovisor,device = \"blk\"; ferrovisor,ramdisk; ferrovisor,size = <0x800000>; };
        disk1 { ferrovisor,device = \"blk\"; ferrovisor,ramdisk = \"seed.img\"; ferrovisor,read-only;
            ferrovisor,packed; ferrovisor,queues = <2>; ferrovisor,slot = <5>; };
        net { ferrovisor,device = \"net\"; ferrovisor,switch = \"lan\"; ferrovisor,mac = [52 54 00 00 00 01]; };
        rng { ferrovisor,device = \"rng\"; }; };";

/// A network device in packed rings, with two pairs of queues, the only one on its bus.
const NET: &str = "pci { compatible = \"pci-host-ecam-generic\"; net { ferrovisor,device = \"net\"; ferrovisor,switch = \"lan\";
        ferrovisor,mac = [52 54 00 00 00 02]; ferrovisor,packed; ferrovisor,queues = <2>; ferrovisor,slot = <31>; }; };";

/// The same with a frame for interrupts by messages.
fn with_messages() -> String {
    DEVICES.replacen(
        "pci {",
        "msi: msi { compatible = \"arm,gic-v2m-frame\"; }; pci { msi-parent = <&msi>;",
        1,
    )
}

/// Whether all four devices interrupt by messages, and how often they did.
const MESSAGES: &str = "ls -d /sys/bus/pci/devices/*/msi_irqs/* | wc -l; grep -c virtio /proc/interrupts; \
    grep virtio /proc/interrupts | grep -cv MSI";

/// What is in the disk that is only read.
fn seed() -> Vec<u8> {
    (0..65536u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
}

/// Goes to a guest's console, waits for its shell and loads the modules.
fn up(machine: &mut Running, guest: &str) -> Result<()> {
    machine.type_line(&format!("console {guest}"))?;
    to_user_space(machine, 2)?;
    load(machine, MODULES)
}

/// Linux finds the functions with their identifiers, addresses and interrupts; two guests with devices on their buses read
/// back what they have written and send each other data.
fn devices(context: &Context) -> Result<()> {
    context.file("seed.img", &seed())?;
    let guests = vec![
        with_modules(context, "linux0", MODULES, &with_messages())?,
        with_modules(context, "linux1", MODULES, NET)?,
    ];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    up(&mut machine, "linux1")?;
    let list = "cd /sys/bus/pci/devices; for d in *; do echo $d $(cat $d/vendor $d/device $d/class $d/revision); done; cd /";
    let seen = ask(&mut machine, list)?;
    ensure!(seen.trim() == "0000:00:1f.0 0x1af4 0x1041 0x020000 0x01", "the bus: {seen}");
    ask(&mut machine, "ifconfig eth0 10.0.0.2 up; (nc -l -p 999 >/tmp/got; md5sum </tmp/got >/tmp/sum) & :")?;
    machine.leave_console()?;
    up(&mut machine, "linux0")?;
    let seen = ask(&mut machine, list)?;
    let expected = [
        "0000:00:01.0 0x1af4 0x1042 0x018000 0x01",
        "0000:00:02.0 0x1af4 0x1041 0x020000 0x01",
        "0000:00:03.0 0x1af4 0x1044 0xff0000 0x01",
        "0000:00:05.0 0x1af4 0x1042 0x018000 0x01",
    ];
    ensure!(seen.lines().map(str::trim).eq(expected), "the bus: {seen}");
    let apart = "cat /sys/bus/pci/devices/*/resource | grep -v 0x0000000000000000 | sort -u | wc -l; \
        cat /sys/bus/pci/devices/*/irq | sort -u | wc -l; dmesg | grep -cE 'pci.*(fail|no space|conflict)'";
    let seen = ask(&mut machine, apart)?;
    // Two of the four share a line.
    ensure!(seen.split_whitespace().eq(["4", "3", "0"]), "addresses, interrupts, complaints: {seen}");
    // One for the configuration of each, and one for each queue: one, two, one, and two of the network device.
    let seen = ask(&mut machine, MESSAGES)?;
    ensure!(seen.split_whitespace().eq(["10", "10", "0"]), "messages: {seen}");
    let disks = ask(
        &mut machine,
        "for d in vda vdb; do cat /sys/block/$d/size /sys/block/$d/ro; ls /sys/block/$d/mq | wc -l; done",
    )?;
    ensure!(disks.split_whitespace().eq(["16384", "0", "1", "512", "1", "2"]), "the disks: {disks}");
    let sums = ask(
        &mut machine,
        "dd if=/dev/urandom of=/tmp/a bs=64k count=100 2>/dev/null; dd if=/tmp/a of=/dev/vda bs=64k conv=fsync 2>/dev/null & \
         md5sum </dev/vdb; wait; echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/vda bs=4k count=1600 2>/dev/null | md5sum; md5sum </tmp/a",
    )?;
    let sums: Vec<&str> = sums.lines().filter_map(|line| line.trim().strip_suffix("  -")).collect();
    let copy = context.file("copy.img", &seed())?;
    let expected = xtask::process::output(std::process::Command::new("md5sum").arg(copy))?;
    let expected = String::from_utf8_lossy(&expected);
    ensure!(sums.len() == 3 && expected.starts_with(sums[0]) && sums[1] == sums[2], "{sums:?}, {expected}");
    let random = ask(
        &mut machine,
        "cat /sys/class/misc/hw_random/rng_current; for n in 1 2; do dd if=/dev/hwrng bs=500 count=4 2>/dev/null | md5sum; done",
    )?;
    let lines: Vec<&str> = random.lines().map(str::trim).collect();
    ensure!(lines.len() == 3 && lines[0].starts_with("virtio_rng") && lines[1] != lines[2], "{random}");
    let sent = ask(
        &mut machine,
        "ifconfig eth0 10.0.0.1 up; ping -c 3 -i 0.2 10.0.0.2 | tail -n 2; nc 10.0.0.2 999 </tmp/a; echo sent",
    )?;
    ensure!(sent.contains("3 packets received") && sent.contains("sent"), "{sent}");
    machine.leave_console()?;
    machine.type_line("console linux1")?;
    let got =
        ask(&mut machine, "for i in $(seq 20); do [ -s /tmp/sum ] && break; sleep 0.5; done; cat /tmp/sum")?;
    ensure!(got.starts_with(sums[2]), "{got} arrived, not {}", sums[2]);
    machine.leave_console()?;
    for guest in ["linux0", "linux1"] {
        let info = machine.command(&format!("guest info {guest}"))?;
        ensure!(info.contains("0 malformed rings") && info.contains("unimplemented 0"), "{info}");
    }
    Ok(())
}

/// The modules for devices of each kind.
const EVERY: &[&str] = &[
    "drivers/virtio/virtio_pci_legacy_dev",
    "drivers/virtio/virtio_pci_modern_dev",
    "drivers/virtio/virtio_pci",
    "drivers/block/virtio_blk",
    "drivers/char/hw_random/virtio-rng",
    "drivers/char/virtio_console",
    "drivers/virtio/virtio_balloon",
    "net/core/failover",
    "drivers/net/net_failover",
    "drivers/net/virtio_net",
    "net/vmw_vsock/vsock",
    "net/vmw_vsock/vmw_vsock_virtio_transport_common",
    "net/vmw_vsock/vmw_vsock_virtio_transport",
];

/// The guest `linuxN` with a device of each kind on its bus: the first has messages and two ports, the second lines, which the
/// devices share, and packed rings.
fn with_every_kind(context: &Context, n: u32) -> Result<PathBuf> {
    let (frame, parent, every, port, socket) = match n {
        0 => (
            "msi: msi { compatible = \"arm,gic-v2m-frame\"; };",
            "msi-parent = <&msi>;",
            "",
            "ferrovisor,ports = <2>;",
            "ferrovisor,terminal;",
        ),
        _ => ("", "", "ferrovisor,packed;", "", ""),
    };
    let nodes = format!(
        "{frame} pci {{ compatible = \"pci-host-ecam-generic\"; {parent}
            disk {{ ferrovisor,device = \"blk\"; ferrovisor,ramdisk; ferrovisor,size = <0x800000>; {every} }};
            net {{ ferrovisor,device = \"net\"; ferrovisor,switch = \"lan\"; ferrovisor,mac = [52 54 00 00 00 {n:02x}]; {every} }};
            rng {{ ferrovisor,device = \"rng\"; {every} }};
            hvc {{ ferrovisor,device = \"console\"; {port} {every} }};
            balloon {{ ferrovisor,device = \"balloon\"; {every} }};
            socket {{ ferrovisor,device = \"vsock\"; ferrovisor,cid = <{}>; ferrovisor,vsock = \"pair\"; {socket} {every} }}; }};",
        n + 3
    );
    with_programs(context, &format!("linux{n}"), EVERY, &["vsock"], &nodes)
}

/// Linux's drivers of all kinds in two guests at once: what each does on the memory bus it does here, too, between the two and
/// after a reset of one of them.
fn every_kind(context: &Context) -> Result<()> {
    let guests = vec![with_every_kind(context, 0)?, with_every_kind(context, 1)?];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    for n in 0..2 {
        every_kind_up(&mut machine, n)?;
    }
    let seen = at(&mut machine, 0, MESSAGES)?;
    // As many as each driver has queues that it listens to, and one more.
    ensure!(seen.split_whitespace().eq(["21", "21", "0"]), "messages: {seen}");
    let seen = at(&mut machine, 0, "grep -c virtqueues /proc/interrupts")?;
    ensure!(seen == "0", "a driver has all its queues at one vector: {seen}");
    let seen = at(
        &mut machine,
        1,
        "ls -d /sys/bus/pci/devices/*/msi_irqs/* 2>/dev/null; grep -c virtio /proc/interrupts",
    )?;
    ensure!(seen == "4", "six devices share four lines: {seen}");
    // Consoles, of two ports and of one.
    machine.type_line("console linux0/uart0")?;
    ports(&mut machine, "linux0")?;
    resized(&mut machine, "linux1")?;
    // Balloons, on both.
    for guest in ["linux0", "linux1"] {
        machine.type_line(&format!("console {guest}/uart0"))?;
        gives(&mut machine, guest)?;
    }
    // Sockets, to each other and to the hypervisor.
    exchanges(&mut machine, &[(0, 1), (1, 0)])?;
    let list = "printf 'guest list\\r' | /root/vsock connect 2 23 | tr '\\r' ' '; echo $?";
    let said = at(&mut machine, 0, list)?;
    let rows = said.lines().filter(|line| line.starts_with("linux") && line.contains("running")).count();
    ensure!(rows == 2 && said.trim_end().ends_with('0'), "{said}");
    let said = at(&mut machine, 1, "/root/vsock connect 2 23 </dev/null 2>&1")?;
    ensure!(said.contains("connect: Connection reset"), "{said}");
    // The second is reset amid a transfer, with its balloon filled and its disk busy.
    at(
        &mut machine,
        1,
        "(/root/vsock listen 2000 </dev/zero >/dev/null 2>&1) & (while :; do dd if=/dev/zero of=/dev/vda bs=64k; done) >/dev/null 2>&1 & \
         seq 100",
    )?;
    at(
        &mut machine,
        0,
        "(/root/vsock connect 4 2000 </dev/zero >/dev/null 2>/tmp/end; echo over >>/tmp/end) & :",
    )?;
    machine.done("guest balloon linux1 200M")?;
    machine.command("sleep 500")?;
    machine.done("guest reset linux1")?;
    let wait = "for i in $(seq 50); do grep -q over /tmp/end && break; sleep 0.1; done; cat /tmp/end";
    let said = at(&mut machine, 0, wait)?;
    let heard = said.contains("Connection reset") || said.contains("Broken pipe");
    ensure!(heard && said.contains("over"), "the peer of who was reset: {said}");
    machine.done("guest balloon linux1 256M")?;
    every_kind_up(&mut machine, 1)?;
    resized(&mut machine, "linux1")?;
    exchanges(&mut machine, &[(0, 1)])?;
    let sent = at(&mut machine, 0, "ping -c 3 -i 0.2 10.0.0.2 | tail -n 2")?;
    ensure!(sent.contains("3 packets received"), "{sent}");
    for n in 0..2 {
        let seen =
            at(&mut machine, n, "dmesg | grep -ciE 'BUG:|Oops|Bad page|virtio.*(fail|error|timed out)'")?;
        ensure!(seen == "0", "complaints of linux{n}: {seen}");
        let info = machine.command(&format!("guest info linux{n}"))?;
        let malformed = info.split(" malformed rings").filter(|before| before.ends_with(" 0")).count();
        ensure!(malformed == 6 && !info.contains(", the last: "), "{info}");
        ensure!(info.matches("unimplemented 0").count() == info.matches("unimplemented").count(), "{info}");
    }
    Ok(())
}

/// A guest of [`every_kind`] is up: its modules are loaded, its disk reads what was written, random numbers come, frames go.
fn every_kind_up(machine: &mut Running, n: usize) -> Result<()> {
    machine.type_line(&format!("console linux{n}/uart0"))?;
    to_user_space(machine, 2)?;
    load(machine, EVERY)?;
    // What it says meanwhile is not for its console.
    let kinds = ask(machine, "dmesg -n 1; cat /sys/bus/pci/devices/*/device | tr '\\n' ' '")?;
    ensure!(kinds == "0x1042 0x1041 0x1044 0x1043 0x1045 0x1053", "the bus: {kinds}");
    let sums = ask(
        machine,
        "dd if=/dev/urandom of=/tmp/d bs=64k count=64 2>/dev/null; dd if=/tmp/d of=/dev/vda bs=64k conv=fsync 2>/dev/null; \
         echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/vda bs=4k count=1024 2>/dev/null | md5sum; md5sum </tmp/d; rm /tmp/d; \
         dd if=/dev/hwrng bs=4k count=4 iflag=fullblock 2>/dev/null | wc -c",
    )?;
    let lines: Vec<&str> = sums.lines().map(str::trim).collect();
    ensure!(
        lines.len() == 3 && lines[0] == lines[1] && lines[2] == "16384",
        "disk and random numbers: {sums}"
    );
    ask(machine, &format!("ifconfig eth0 10.0.0.{} up", n + 1))?;
    Ok(machine.leave_console()?)
}

/// Messages with a GICv2.
fn gicv2(context: &Context) -> Result<()> {
    context.file("seed.img", &seed())?;
    let guests = vec![with_modules(context, "linux0", MODULES, &with_messages())?];
    let machine = Overrides { gic: Some(2), ..Overrides::default() };
    let mut machine = context.boot(Setup { guests, machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    up(&mut machine, "linux0")?;
    let read = "dd if=/dev/vdb bs=4k 2>/dev/null | wc -c; dd if=/dev/hwrng bs=64 count=1 2>/dev/null | wc -c";
    let seen = ask(&mut machine, &format!("{read}; {MESSAGES}"))?;
    ensure!(seen.split_whitespace().eq(["262144", "64", "10", "10", "0"]), "bytes, messages: {seen}");
    Ok(())
}

/// A guest is reset while it reads and writes, three times: its disks keep what they had, and work; so do drivers that are
/// unbound and bound meanwhile.
fn reset(context: &Context) -> Result<()> {
    context.file("seed.img", &seed())?;
    let guests = vec![with_modules(context, "linux0", MODULES, DEVICES)?];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    up(&mut machine, "linux0")?;
    ask(&mut machine, "echo kept | dd of=/dev/vda conv=fsync 2>/dev/null")?;
    for _ in 0..3 {
        let work = "dd if=/dev/zero of=/dev/vda bs=64k seek=1 oflag=direct; dd if=/dev/vdb of=/dev/null bs=256k iflag=direct";
        ask(&mut machine, &format!("seq 40; (while :; do {work}; done) >/dev/null 2>&1 & :"))?;
        let again = "cd /sys/bus/virtio/drivers/virtio_rng; for n in 1 2 3; do for d in virtio*; do echo $d >unbind; echo $d >bind; done; done; \
            cd /; dd if=/dev/hwrng bs=64 count=1 2>/dev/null | wc -c";
        let said = ask(&mut machine, again)?;
        ensure!(said.ends_with("64"), "random numbers after the driver was bound again: {said}");
        machine.leave_console()?;
        machine.command("sleep 300")?;
        machine.done("guest reset linux0")?;
        up(&mut machine, "linux0")?;
        let kept = ask(
            &mut machine,
            "dd if=/dev/vda bs=4 count=1 2>/dev/null; echo; dd if=/dev/vdb bs=4k 2>/dev/null | wc -c",
        )?;
        ensure!(kept.split_whitespace().eq(["kept", "262144"]), "after a reset: {kept}");
    }
    machine.leave_console()?;
    machine.done("guest destroy linux0")?;
    machine.done("guest create linux0")?;
    Ok(())
}

/// Devices of each kind, of which two share an interrupt line; some offer packed rings.
const ALL: &str = "pci { compatible = \"pci-host-ecam-generic\";
        disk { ferrovisor,device = \"blk\"; ferrovisor,ramdisk; ferrovisor,size = <0x100000>; ferrovisor,packed; ferrovisor,queues = <2>; };
        net { ferrovisor,device = \"net\"; ferrovisor,switch = \"micro\"; ferrovisor,packed; };
        random { ferrovisor,device = \"rng\"; };
        port { ferrovisor,device = \"console\"; ferrovisor,ports = <2>; };
        lan { ferrovisor,device = \"net\"; ferrovisor,switch = \"micro\"; };
        balloon { ferrovisor,device = \"balloon\"; ferrovisor,packed; };
        socket { ferrovisor,device = \"vsock\"; ferrovisor,cid = <3>; ferrovisor,terminal; }; };
    rtc {";

/// A driver does everything wrong with the bus and the devices on it: each of them fails again and again, and nothing but they
/// do; a guest with a disk and on the same switch goes on.
fn hostile(context: &Context) -> Result<()> {
    hostile_to(context, "pci", ALL, 7, 50)
}
