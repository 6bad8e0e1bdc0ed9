// SPDX-License-Identifier: GPL-2.0-only
//! Virtio devices behind a PCI host bridge, under Linux's own drivers.

use anyhow::{Result, ensure};
use xtask::qemu::Overrides;

use crate::harness::{BOTH, Context, DEBUG, Running, Setup, Test};
use crate::linux::{ask, to_user_space};
use crate::virtio::{hostile_to, load, with_modules};

/// The tests of this file.
pub const TESTS: &[Test] = &[
    Test { name: "pci_disk_network_and_random", limit: 300, profiles: BOTH, run: devices },
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
    let seen = ask(&mut machine, MESSAGES)?;
    ensure!(seen.split_whitespace().eq(["8", "8", "0"]), "messages: {seen}");
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
    ensure!(seen.split_whitespace().eq(["262144", "64", "8", "8", "0"]), "bytes, messages: {seen}");
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
        lan { ferrovisor,device = \"net\"; ferrovisor,switch = \"micro\"; }; };
    rtc {";

/// A driver does everything wrong with the bus and the devices on it: each of them fails again and again, and nothing but they
/// do; a guest with a disk and on the same switch goes on.
fn hostile(context: &Context) -> Result<()> {
    hostile_to(context, "pci", ALL, 5, 50)
}
