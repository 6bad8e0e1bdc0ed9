// SPDX-License-Identifier: GPL-2.0-only
//! Files as disks: their blocks are found where other programs have put them, and nothing else is touched.

use super::*;
use crate::block::testing::Inside;
use crate::block::{self, BlockError, Claim, Op, testing::disk as memory};
use std::io::{Cursor, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::vec::Vec;

/// Bytes of the larger file.
const LARGE: usize = 600 << 10;
/// Bytes of the smaller one.
const SMALL: usize = 64 << 10;

fn contents(len: usize, seed: u32) -> Vec<u8> {
    (0..len as u32).map(|n| ((n + seed).wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

fn program(name: &str) -> Command {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let mut command = Command::new(name);
    command.env("PATH", path);
    command
}

/// A FAT image whose files are in pieces.
fn fat(bits: u8) -> Vec<u8> {
    let (kind, size) = match bits {
        12 => (fatfs::FatType::Fat12, 2 << 20),
        16 => (fatfs::FatType::Fat16, 16 << 20),
        _ => (fatfs::FatType::Fat32, 40 << 20),
    };
    let mut image = vec![0; size];
    let cluster = if bits == 16 { 2048 } else { 512 };
    let options = fatfs::FormatVolumeOptions::new().fat_type(kind).bytes_per_cluster(cluster);
    fatfs::format_volume(Cursor::new(&mut image), options).unwrap();
    {
        let fs = fatfs::FileSystem::new(Cursor::new(&mut image), fatfs::FsOptions::new()).unwrap();
        let folder = fs.root_dir().create_dir("d").unwrap();
        let (mut large, mut small) =
            (folder.create_file("large").unwrap(), folder.create_file("small").unwrap());
        let (a, b) = (contents(LARGE, 1), contents(SMALL, 2));
        for (n, piece) in a.chunks(10_000).enumerate() {
            large.write_all(piece).unwrap();
            small.write_all(b.chunks(3000).nth(n).unwrap_or_default()).unwrap();
        }
        folder.create_file("odd").unwrap().write_all(&[1; 1000]).unwrap();
        folder.create_file("empty").unwrap();
    }
    image
}

/// An ext image of 4 MiB with the same files, in pieces, and some that cannot be disks.
fn ext(options: &[&str], name: &str) -> Vec<u8> {
    let dir = std::env::temp_dir().join(format!("ferrovisor-io-runs-{name}-{}", std::process::id()));
    let (tree, image) = (dir.join("tree"), dir.join("image"));
    std::fs::create_dir_all(tree.join("d")).unwrap();
    for (name, bytes) in
        [("small", contents(SMALL, 2)), ("odd", vec![1; 1000]), ("empty", vec![]), ("tiny", vec![1; 40])]
    {
        std::fs::write(tree.join("d").join(name), bytes).unwrap();
    }
    let mut script = String::new();
    let filler = dir.join("filler");
    for n in 0..200 {
        std::fs::write(tree.join(format!("filler{n}")), [1; 4096]).unwrap();
        if n % 2 == 0 {
            script += &format!("rm /filler{n}\n");
        }
    }
    std::fs::write(&filler, contents(LARGE, 1)).unwrap();
    script += &format!("write {} large\n", filler.display());
    if options.contains(&"ext4") {
        script += "write /dev/null aside\nset_inode_field aside size 65536\nfallocate aside 0 15\n";
        script += "set_inode_field d/tiny flags 0x80010\n";
    }
    std::os::unix::fs::symlink("d/small", tree.join("link")).unwrap();
    let sparse = std::fs::File::create(tree.join("sparse")).unwrap();
    sparse.set_len(SMALL as u64).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&sparse, &[1; 4096], 32 << 10).unwrap();
    let mut make = program("mke2fs");
    make.args(["-q", "-F"]).args(options).arg("-d").args([&tree, &image]).arg("6M");
    assert!(make.status().expect("mke2fs of e2fsprogs").success());
    let file = dir.join("script");
    std::fs::write(&file, script).unwrap();
    let made = program("debugfs").args(["-w", "-f"]).args([&file, &image]).output().unwrap();
    assert!(made.status.success());
    let data = std::fs::read(&image).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    data
}

/// What `e2fsck` says of an image.
fn check(image: &[u8], name: &str) {
    let path = std::env::temp_dir().join(format!("ferrovisor-io-check-{name}-{}", std::process::id()));
    std::fs::write(&path, image).unwrap();
    let said = program("e2fsck").args(["-f", "-n"]).arg(&path).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}

type Disk = (alloc::sync::Arc<block::Device>, Arc<Mutex<Inside>>);

/// A registered disk with this image.
fn registered(name: &str, image: Vec<u8>) -> Disk {
    let disk = memory(name, image);
    block::register(disk.0.clone()).unwrap();
    disk
}

/// Reads and writes a file as a disk; gives what the disk behind it is then.
fn use_file(name: &str, image: Vec<u8>, path: &str) -> Vec<u8> {
    let before = image.clone();
    let (device, inside) = registered(name, image);
    let path = format!("{name}:{path}");
    let file = disk(&path, "linux0/disk0", true).unwrap();
    assert_eq!((file.bytes(), file.name.as_str()), (LARGE as u64, path.as_str()));
    let mut expected = contents(LARGE, 1);
    let mut read = vec![0; LARGE];
    file.device.read(0, &mut read).unwrap();
    assert!(read == expected, "{path} is read wrong");
    for (lba, blocks) in [(0, 1), (7, 30), (100, 256), (1199, 1)] {
        let bytes = contents(blocks * 512, lba as u32 + 77);
        file.device.write(lba, &bytes).unwrap();
        expected[lba as usize * 512..][..bytes.len()].copy_from_slice(&bytes);
    }
    assert_eq!(file.device.read(1199, &mut [0; 1024]), Err(BlockError::OutOfRange));
    file.device.flush().unwrap();
    assert_eq!(inside.lock().unwrap().log.last().unwrap().0, Op::Flush, "a flush reaches the disk");
    assert!(read_file(&path, LARGE).unwrap() == expected, "{path} is written wrong");
    drop(file);
    block::unregister(&device);
    let after = inside.lock().unwrap().data.clone();
    // As many blocks have changed as were written.
    let changed = before.chunks(512).zip(after.chunks(512)).filter(|(a, b)| a != b).count();
    assert_eq!(changed, 1 + 30 + 256 + 1);
    after
}

#[test]
fn files_of_fat_are_disks() {
    for (bits, name) in [(12, "runs12"), (16, "runs16"), (32, "runs32")] {
        use_file(name, fat(bits), "/d/large");
    }
}

#[test]
fn files_of_ext_are_disks() {
    for (options, name) in [
        (&["-t", "ext4", "-b", "1024"][..], "runs4"),
        (&["-t", "ext4", "-b", "4096", "-O", "^metadata_csum,64bit"], "runs4k"),
        (&["-t", "ext2", "-b", "1024"], "runs2"),
        (&["-t", "ext3", "-b", "1024"], "runs3"),
    ] {
        let after = use_file(name, ext(options, name), "/large");
        check(&after, name);
    }
}

#[test]
fn what_cannot_be_a_disk_is_refused_with_a_reason() {
    let (device, _) = registered("runs-no", ext(&["-t", "ext4"], "no"));
    let refused = |path: &str| disk(&format!("runs-no:{path}"), "a", true).err().unwrap().to_string();
    for (path, why) in [
        ("/sparse", "it has holes"),
        ("/aside", "never written"),
        ("/d/tiny", "immutable"),
        ("/d/odd", "no whole number of the disk's blocks"),
        ("/d/empty", "no whole number"),
        ("/d", "it is no file"),
        ("/d/nothing", "no such file"),
        ("/large/x", "it is no directory"),
        ("no-slash", "VOLUME:/PATH"),
    ] {
        let said = refused(path);
        assert!(said.contains(why), "{path}: {said}");
    }
    let link = disk("runs-no:/link", "a", true).unwrap();
    let mut read = vec![0; SMALL];
    link.device.read(0, &mut read).unwrap();
    assert!(read == contents(SMALL, 2));
    block::unregister(&device);
    let mut image = ext(&["-t", "ext4", "-O", "^metadata_csum"], "dirty");
    image[1024 + 0x3a] |= 2;
    let (device, inside) = registered("runs-dirty", image);
    assert!(disk("runs-dirty:/large", "a", true).err().unwrap().to_string().contains("has errors"));
    inside.lock().unwrap().data[1024 + 0x3a] &= !2;
    inside.lock().unwrap().data[1024 + 0x60] |= 4;
    assert!(disk("runs-dirty:/large", "a", true).err().unwrap().to_string().contains("not replayed"));
    block::unregister(&device);
    let (device, _) = registered("runs-fat", fat(12));
    for (path, why) in [("odd", "no whole number"), ("empty", "no whole number"), ("", "directory")] {
        let said = disk(&format!("runs-fat:/d/{path}"), "a", true).err().unwrap().to_string();
        assert!(said.contains(why), "{path}: {said}");
    }
    block::unregister(&device);
}

#[test]
fn one_writer_of_a_file_and_none_of_what_it_is_on() {
    let (device, _) = registered("runs-claim", fat(16));
    let whole = Volume::whole(device.clone());
    let open = |path: &str, writes| disk(&format!("runs-claim:/d/{path}"), "linux0/disk0", writes);
    let first = open("large", true).unwrap();
    let error = open("large", false).err().unwrap().to_string();
    assert_eq!(error, "runs-claim:/d/large: linux0/disk0 writes it: no other may use it meanwhile");
    let other = open("small", true).expect("another file of the same file system");
    for writes in [false, true] {
        let error = Claim::new(&whole, "linux1/disk0", writes).err().unwrap().to_string();
        assert!(error.contains("linux0/disk0 writes it"), "{error}");
    }
    drop((first, other));
    let readers = [open("large", false).unwrap(), open("large", false).unwrap()];
    assert!(readers[0].device.info().read_only);
    assert_eq!(readers[0].device.write(0, &[0; 512]), Err(BlockError::ReadOnly));
    assert!(open("large", true).is_err() && Claim::new(&whole, "b", true).is_err());
    Claim::new(&whole, "b", false).expect("readers beside readers");
    drop(readers);
    let claim = Claim::new(&whole, "b", true).unwrap();
    assert!(open("small", true).is_err());
    drop(claim);
    block::unregister(&device);
}

#[test]
fn a_piece_that_fails_is_told_of_and_the_others_are_done() {
    let (device, inside) = registered("runs-bad", fat(12));
    let file = disk("runs-bad:/d/large", "a", true).unwrap();
    let mut read = vec![0; LARGE];
    file.device.read(0, &mut read).unwrap();
    // A block far inside, by what it holds.
    let wanted = &contents(LARGE, 1)[400 * 512..401 * 512];
    let bad = inside.lock().unwrap().data.chunks(512).position(|block| block == wanted).unwrap() as u64;
    inside.lock().unwrap().bad.push(bad);
    assert_eq!(file.device.read(0, &mut read), Err(BlockError::Device));
    assert!(file.device.read(0, &mut read[..300 * 512]).is_ok());
    assert_eq!(file.device.read(400, &mut [0; 512]), Err(BlockError::Device));
    assert!(file.device.read(401, &mut read[..100 * 512]).is_ok());
    block::unregister(&device);
    assert_eq!(file.device.read(0, &mut [0; 512]), Err(BlockError::Removed));
}

#[test]
fn damaged_file_systems_give_errors_and_never_panic() {
    let mut state = 0x0123_4567_89ab_cdefu64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let mut errors = 0;
    for (name, image, rounds) in [
        ("runs-m4", ext(&["-t", "ext4", "-b", "1024", "-O", "^metadata_csum"], "m4"), 300),
        ("runs-m2", ext(&["-t", "ext2", "-b", "1024"], "m2"), 200),
        ("runs-m12", fat(12), 200),
    ] {
        let path = if name == "runs-m12" { "/d/large" } else { "/large" };
        let used: Vec<usize> = (0..image.len() / 512)
            .filter(|b| image[b * 512..][..512].iter().any(|x| *x != 0))
            .take(160)
            .collect();
        for _ in 0..rounds {
            let mut image = image.clone();
            for _ in 0..1 + random(12) {
                let few = if random(2) == 0 { 24 } else { used.len() };
                let at = used[random(few)] * 512 + random(512);
                image[at] = [0, 0xff, 1, 0x80, random(256) as u8][random(5)];
            }
            let (device, _) = registered(name, image);
            match disk(&format!("{name}:{path}"), "a", true) {
                Ok(file) => drop(file.device.read(0, &mut [0; 4096])),
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    errors += 1;
                }
            }
            block::unregister(&device);
        }
    }
    assert!(errors > 50, "{errors}");
}
