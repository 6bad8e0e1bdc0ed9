// SPDX-License-Identifier: GPL-2.0-only
//! U-Boot as a guest: a second client of virtio devices, beside Linux's drivers.

use std::fs;

use anyhow::{Result, ensure};
use xtask::process;

use crate::harness::{BOTH, Context, Running, Setup, Test};
use crate::linux::{ask, to_user_space};
use crate::virtio::{load, with_modules};

/// The tests of this file.
pub const TESTS: &[Test] = &[Test { name: "u_boot_disks_and_network", limit: 240, profiles: BOTH, run }];

/// The modules of the guest that gives out addresses.
const MODULES: &[&str] = &[
    "drivers/virtio/virtio_mmio",
    "net/core/failover",
    "drivers/net/net_failover",
    "drivers/net/virtio_net",
];

/// Its network device.
const NET: &str =
    "net { compatible = \"virtio,mmio\"; ferrovisor,device = \"net\"; ferrovisor,switch = \"lan\"; };";

/// Linux, which gives out addresses by DHCP.
fn server(machine: &mut Running) -> Result<()> {
    machine.type_line("console linux0")?;
    to_user_space(machine, 2)?;
    load(machine, MODULES)?;
    let conf = "printf 'start 10.0.0.50\\nend 10.0.0.50\\ninterface eth0\\nopt router 10.0.0.1\\nopt subnet 255.255.255.0\\n'";
    ask(
        machine,
        &format!(
            "ifconfig eth0 10.0.0.1 up; {conf} >/tmp/d; mkdir -p /var/lib/misc; : >/var/lib/misc/udhcpd.leases; udhcpd -S /tmp/d; echo"
        ),
    )?;
    Ok(machine.leave_console()?)
}

/// Waits until U-Boot would start something, and has it take commands instead.
fn stop(machine: &mut Running) -> Result<()> {
    machine.wait_for("Hit any key to stop autoboot")?;
    machine.send("")?;
    Ok(machine.wait_for("=> ")?)
}

/// What a command that succeeds says.
fn at_prompt(machine: &mut Running, command: &str) -> Result<String> {
    let start = machine.log().len();
    machine.send(&format!("{command}; echo ended $?"))?;
    machine.wait_for("ended 0")?;
    machine.wait_for("=> ")?;
    Ok(machine.log().get(start..).unwrap_or_default().to_owned())
}

/// The sum that U-Boot prints as `==> SUM`.
fn sum(said: &str) -> Result<&str> {
    let sum = said.split("==> ").nth(1).and_then(|rest| rest.get(..8));
    sum.ok_or_else(|| anyhow::anyhow!("no sum: {said}"))
}

/// U-Boot loads a file from ext4 on a disk on the memory bus, reads what is on one on a PCI bus, writes it, finds it again
/// after a reset, gets an address by DHCP and reaches the guest that gave it.
fn run(context: &Context) -> Result<()> {
    let text: Vec<u8> = (0..75_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let files = context.folder().join("files");
    fs::create_dir_all(&files)?;
    fs::write(files.join("data"), &text)?;
    let disk = context.file("files.img", &[])?;
    let mut format = process::admin("mke2fs");
    format
        .args(["-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0", "-d"])
        .arg(&files)
        .arg(&disk)
        .arg("8192k");
    process::output(&mut format)?;
    // The same bytes, whole blocks of them.
    context.file("data.img", text.get(..512 * 512).unwrap_or_default())?;
    let disk = |name: &str| format!("ferrovisor,ramdisk = \"{name}.img\";\n");
    let given = "ferrovisor,ramdisk;\n\t\tferrovisor,size = <0x800000>; // 8 MiB\n";
    let changes = [
        (given, disk("files")),
        ("ferrovisor,ramdisk;\n\t\t\tferrovisor,size = <0x800000>;\n", disk("data")),
    ];
    let changes = changes.each_ref().map(|(old, new)| (*old, new.as_str()));
    let boot_loader =
        context.variant("u-boot", "u-boot", &[changes[0], changes[1], ("\tautostart;\n", "")])?;
    let guests = vec![with_modules(context, "linux0", MODULES, NET)?, boot_loader];
    let mut machine = context.boot(Setup { guests, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    server(&mut machine)?;
    machine.done("guest create u-boot")?;
    machine.done("guest start u-boot")?;
    machine.type_line("console u-boot")?;
    stop(&mut machine)?;
    let said = at_prompt(&mut machine, "virtio info; pci")?;
    ensure!(said.matches("VirtIO Block Device").count() == 2 && said.contains("Capacity: 8.0 MB"), "{said}");
    for id in ["1042", "1041", "1044"] {
        ensure!(said.contains(&format!("0x1af4     0x{id}")), "no device {id} on the bus: {said}");
    }
    let said = at_prompt(&mut machine, "ext4load virtio 0 44000000 /data; crc32 44000000 40000")?;
    ensure!(said.contains("300000 bytes read"), "{said}");
    let loaded = sum(&said)?.to_owned();
    let said = at_prompt(&mut machine, "md.l 44000000 4")?;
    ensure!(said.contains("44000000: 00000000 9e3779b1 3c6ef362 daa66d13"), "{said}");
    let said = at_prompt(&mut machine, "virtio dev 1; virtio read 45000000 0 200; crc32 45000000 40000")?;
    ensure!(said.contains("512 blocks read: OK") && sum(&said)? == loaded, "not {loaded}: {said}");
    let said = at_prompt(
        &mut machine,
        "mw.l 46000000 600df00d 400; virtio write 46000000 10 8; virtio read 47000000 10 8; cmp.l 46000000 47000000 400",
    )?;
    ensure!(said.contains("8 blocks written: OK") && said.contains("1024 word(s) were the same"), "{said}");
    let said = at_prompt(&mut machine, "setenv autoload no; dhcp; ping 10.0.0.1")?;
    ensure!(said.contains("bound to address 10.0.0.50") && said.contains("host 10.0.0.1 is alive"), "{said}");
    machine.send("reset")?;
    stop(&mut machine)?;
    let said = at_prompt(&mut machine, "virtio dev 1; virtio read 45000000 10 8; md.l 45000ff0 4")?;
    ensure!(said.contains("45000ff0: 600df00d 600df00d 600df00d 600df00d"), "after a reset: {said}");
    machine.leave_console()?;
    let info = machine.command("guest info u-boot")?;
    ensure!(info.contains("0 malformed rings") && !info.contains("1 malformed rings"), "{info}");
    Ok(())
}
