// SPDX-License-Identifier: GPL-2.0-only
//! Root file systems of guests on partitions of a card: making them, guests that have them, and looking at them afterwards.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest, Sha256};
use xtask::{artifacts, process};

use crate::harness::Context;

/// The first process of a user space that is on a disk: a shell, once the disk can be written to.
const INIT: &str = "#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /tmp /usr/bin /usr/sbin /sbin
/bin/busybox --install -s
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
starts=$(($(cat /starts 2>/dev/null) + 1))
echo $starts >/starts
sync
echo \"on the card: start $starts, $(nproc) CPUs\"
while :; do setsid cttyhack sh; done
";

/// What udhcpc has done with the address that it gets.
const DHCP: &str = "#!/bin/busybox sh
case \"$1\" in
deconfig) ifconfig $interface 0.0.0.0 up ;;
bound | renew) ifconfig $interface $ip netmask $subnet && route add default gw $router ;;
esac
";

/// A small root file system with busybox, an ext4 of so many MiB: the file `NAME.ext4`.
pub fn small(context: &Context, name: &str, mib: u64) -> Result<PathBuf> {
    let (tree, image) = (context.folder().join(name), context.folder().join(format!("{name}.ext4")));
    let busybox = artifacts::apt::Packages::open()?.fetch("busybox-static")?;
    let busybox = ["bin/busybox", "usr/bin/busybox"].map(|path| busybox.join(path));
    let busybox = busybox.iter().find(|path| path.is_file()).context("busybox-static holds no busybox")?;
    for folder in ["bin", "sbin", "dev", "proc", "sys", "etc"] {
        fs::create_dir_all(tree.join(folder))?;
    }
    artifacts::store_program(&tree.join("bin/busybox"), &fs::read(busybox)?)?;
    artifacts::store_program(&tree.join("sbin/init"), INIT.as_bytes())?;
    artifacts::store_program(&tree.join("etc/dhcp.sh"), DHCP.as_bytes())?;
    let mut command = process::admin("mke2fs");
    command.args(["-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0", "-E", "root_owner=0:0", "-d"]);
    process::output(command.arg(&tree).arg(&image).arg(format!("{mib}m")))?;
    Ok(image)
}

/// `linux0` under this name with its root file system on this disk, and these nodes besides. It does not start by itself.
pub fn guest(context: &Context, name: &str, disk: &str, nodes: &str) -> Result<PathBuf> {
    let disk = format!(
        "disk0 {{ compatible = \"virtio,mmio\"; ferrovisor,device = \"blk\"; ferrovisor,disk = \"{disk}\"; }};"
    );
    let changes = [
        ("busybox.cpio", "debian.cpio"),
        ("console=ttyAMA0", "console=ttyAMA0 fv_root=/dev/vda"),
        ("0x10000000", "0x8000000"),
        ("\tautostart;\n", ""),
        ("rtc {", &format!("{disk}\n\t{nodes}\n\trtc {{")),
    ];
    context.variant("linux0", name, &changes)
}

/// The sum of so many hexadecimal digits among what a guest says, which its kernel may say something between.
pub fn sum_in(digits: usize, said: &str) -> Result<String> {
    let mut words = said.split_whitespace();
    let sum = words.find(|word| word.len() == digits && word.bytes().all(|byte| byte.is_ascii_hexdigit()));
    sum.map(str::to_owned).with_context(|| format!("no sum: {said}"))
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub fn sum_of(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// Copies bytes of a file to another place in it.
pub fn copy_within(path: &Path, from: u64, to: u64, length: u64) -> Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let mut bytes = vec![0; length as usize];
    file.seek(SeekFrom::Start(from))?;
    file.read_exact(&mut bytes)?;
    file.seek(SeekFrom::Start(to))?;
    Ok(file.write_all(&bytes)?)
}

/// A copy of what is at a place of a card, in the test's folder.
pub fn cut_out(context: &Context, card: &Path, at: u64, length: u64) -> Result<PathBuf> {
    let copy = context.folder().join("part.ext4");
    let mut bytes = vec![0; length as usize];
    let mut file = File::open(card)?;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    fs::write(&copy, bytes)?;
    Ok(copy)
}

/// The file system at a place of a card has its journal replayed, as at its next start, and is then whole. Gives the file that
/// has it then.
pub fn whole(context: &Context, card: &Path, at: u64, length: u64) -> Result<PathBuf> {
    let copy = cut_out(context, card, at, length)?;
    for arguments in [["-p", "-E", "journal_only"].as_slice(), &["-f", "-n"]] {
        let said = process::admin("e2fsck").args(arguments).arg(&copy).output()?;
        // 1: something was put right, which the journal's replay is.
        let code = said.status.code().unwrap_or(-1);
        let text = String::from_utf8_lossy(&said.stdout);
        ensure!(code == 0 || code == 1 && arguments.contains(&"-p"), "e2fsck ends with {code}: {text}");
    }
    Ok(copy)
}
