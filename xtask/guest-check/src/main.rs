// SPDX-License-Identifier: GPL-2.0-only
//! Reads guests' device trees with the hypervisor's own code and explains what each guest gets, or all
//! that is wrong with it. `guest-check FILE.dtb...`; a guest is named like its file. `guest-check --terminal` writes the
//! reference of the management terminal.
//!
//! A program of its own, so that the tools build and run while the hypervisor is in pieces.

use std::path::Path;
use std::process::ExitCode;

use vmm::config::GuestConfig;

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|argument| argument == "--terminal") {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = terminal::reference::write(&mut text);
        print!("{text}");
        return ExitCode::SUCCESS;
    }
    let mut outcome = ExitCode::SUCCESS;
    for file in std::env::args().skip(1) {
        match explain(Path::new(&file)) {
            Ok(text) => print!("{text}"),
            Err(error) => {
                println!("{error}");
                outcome = ExitCode::FAILURE;
            }
        }
    }
    outcome
}

/// What a guest gets; or what is wrong with it.
fn explain(file: &Path) -> Result<String, String> {
    let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let dtb = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let bindings: Vec<_> = emulators::FACTORIES.iter().map(|factory| &factory.binding).collect();
    let config = GuestConfig::from_dtb(name, &dtb, &bindings).map_err(|error| error.to_string())?;
    Ok(describe(&config))
}

/// The guest in a few lines, addresses and interrupts assigned.
fn describe(config: &GuestConfig) -> String {
    let start = if config.autostart { "starts at boot" } else { "starts when told to" };
    let count = config.vcpus.len();
    let vcpus = if count == 1 { "vCPU" } else { "vCPUs" };
    let mut text = format!("  {}: {count} {vcpus}, {start}\n", config.name);
    for range in &config.memory {
        text += &format!("    RAM {:#x}, {} KiB\n", range.base().0, range.size() >> 10);
    }
    text += &format!("    {:?} at {:#x}\n", config.gic.version, config.gic.distributor.base().0);
    for image in &config.images {
        text += &format!("    {}: {}\n", image.path, image.file);
    }
    for device in &config.devices {
        let interrupts: Vec<String> = device.interrupts.iter().map(|one| one.intid.to_string()).collect();
        text +=
            &format!("    {} at {:#x}, interrupt {}\n", device.name, device.base.0, interrupts.join(", "));
    }
    for device in &config.passthrough {
        for region in &device.regions {
            text += &format!(
                "    {}: the host's {:#x} at {:#x}\n",
                device.name,
                region.host.0,
                region.guest.base().0
            );
        }
    }
    if !config.bootargs.is_empty() {
        text += &format!("    boot arguments: {}\n", config.bootargs);
    }
    text
}
