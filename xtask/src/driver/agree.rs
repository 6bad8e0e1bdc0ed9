// SPDX-License-Identifier: GPL-2.0-only
//! Whether the reports of `driver check` agree with what clang and the linker's view of the objects say, for files of
//! Linux of many kinds.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail, ensure};

use super::check::{Checker, Kind, Report, parallel};
use super::source;

/// Files that are looked at: small and large, alone and parts of modules, of families that are there and that are not.
const SAMPLE: [&str; 22] = [
    "drivers/acpi/acpica/utmath.c",
    "drivers/char/hw_random/bcm2835-rng.c",
    "drivers/clk/clk-gpio.c",
    "drivers/clocksource/arm_global_timer.c",
    "drivers/dma/sun6i-dma.c",
    "drivers/firmware/psci/psci.c",
    "drivers/gpio/gpio-pl061.c",
    "drivers/gpu/drm/sun4i/sun4i_drv.c",
    "drivers/i2c/busses/i2c-imx.c",
    "drivers/md/raid5.c",
    "drivers/mmc/host/sdhci-cadence.c",
    "drivers/net/ethernet/allwinner/sun4i-emac.c",
    "drivers/net/wireless/ti/wl1251/acx.c",
    "drivers/nvmem/sunxi_sid.c",
    "drivers/phy/allwinner/phy-sun4i-usb.c",
    "drivers/pinctrl/sunxi/pinctrl-sun50i-h6.c",
    "drivers/regulator/gpio-regulator.c",
    "drivers/reset/reset-simple.c",
    "drivers/rtc/rtc-imxdi.c",
    "drivers/spi/spi-pl022.c",
    "drivers/usb/host/ehci-hcd.c",
    "drivers/watchdog/sunxi_wdt.c",
];

/// Seconds that a report may take on a machine that has other work, too.
const LIMIT: u64 = 120;

/// What clang makes of a driver's sources without any help.
struct Plain {
    /// The sources that do not compile.
    broken: Vec<String>,
    /// Names that the objects use, and neither they nor the image define.
    undefined: BTreeSet<String>,
}

/// Reports agree with clang and with the symbols of the objects.
///
/// # Errors
/// All files for which they do not, or that there is no compiler or no Linux.
pub fn sample() -> Result<()> {
    let checker = Checker::new(&format!("agree-{}", std::process::id()), &source::fetch()?)?;
    let wrong: Vec<String> = parallel(&SAMPLE, |file| {
        let start = Instant::now();
        let outcome = look(&checker, file);
        let seconds = start.elapsed().as_secs();
        match outcome {
            Ok(()) if seconds > LIMIT => Some(format!("{file}: its report takes {seconds} s")),
            Ok(()) => None,
            Err(error) => Some(format!("{file}: {error:#}")),
        }
    })
    .into_iter()
    .flatten()
    .collect();
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn look(checker: &Checker, file: &str) -> Result<()> {
    let report = checker.check(file)?;
    compare(&report, &plain(checker, file)?)
}

fn compare(report: &Report, plain: &Plain) -> Result<()> {
    let named = !report.missing.is_empty() || !report.errors.is_empty();
    ensure!(report.links != named, "`would link` is {}, but what is missing is {named}", report.links);
    if !plain.broken.is_empty() {
        ensure!(
            named,
            "clang does not compile {}, the report finds nothing missing",
            plain.broken.join(", ")
        );
        return Ok(());
    }
    ensure!(
        report.missing.iter().all(|missing| missing.kind == Kind::Definition),
        "clang compiles everything, the report misses {:?}",
        report.missing
    );
    let definitions = report.missing.iter().map(|missing| &missing.name);
    if let Some(name) = definitions.clone().find(|name| !plain.undefined.contains(*name)) {
        bail!("the report misses `{name}`, which no object lacks");
    }
    ensure!(report.links || !plain.undefined.is_empty(), "no object lacks a name, but it would not link");
    Ok(())
}

/// Compiles the sources that belong to a file, with nothing put where headers are missing.
fn plain(checker: &Checker, file: &str) -> Result<Plain> {
    let unit = checker.file_unit(file)?;
    let config: BTreeSet<String> =
        unit.drivers.iter().flat_map(|(driver, _)| driver.config.clone()).collect();
    let config = config.iter().map(String::as_str).collect();
    let mut broken = Vec::new();
    let mut objects: Vec<PathBuf> = Vec::new();
    for (driver, tree) in &unit.drivers {
        let folder = checker.compiler.stage(driver, tree)?;
        for source in &driver.sources {
            match checker.compiler.plain(driver, source, &folder, &config)? {
                Some(object) => objects.push(object),
                None => broken.push(source.clone()),
            }
        }
    }
    let undefined = if broken.is_empty() { checker.compiler.lacking(&objects)? } else { BTreeSet::new() };
    Ok(Plain { broken, undefined })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::check::Missing;

    fn report(names: &[(Kind, &str)]) -> Report {
        let missing = |&(kind, name): &(Kind, &str)| Missing {
            family: "f".into(),
            kind,
            name: name.into(),
            header: None,
        };
        Report {
            driver: "d".into(),
            sources: Vec::new(),
            needs: Vec::new(),
            helpers: Vec::new(),
            links: names.is_empty(),
            missing: names.iter().map(missing).collect(),
            errors: Vec::new(),
        }
    }

    fn plain(broken: &[&str], undefined: &[&str]) -> Plain {
        Plain {
            broken: broken.iter().map(|&name| name.into()).collect(),
            undefined: undefined.iter().map(|&name| name.into()).collect(),
        }
    }

    #[test]
    fn reports_that_differ_from_the_compiler_are_found() {
        assert!(compare(&report(&[]), &plain(&[], &[])).is_ok());
        assert!(compare(&report(&[(Kind::Header, "h")]), &plain(&["d.c"], &[])).is_ok());
        assert!(compare(&report(&[(Kind::Definition, "f")]), &plain(&[], &["f", "dropped"])).is_ok());
        assert!(compare(&report(&[]), &plain(&["d.c"], &[])).is_err());
        assert!(compare(&report(&[(Kind::Header, "h")]), &plain(&[], &[])).is_err());
        assert!(compare(&report(&[(Kind::Definition, "f")]), &plain(&[], &["g"])).is_err());
        let mut odd = report(&[(Kind::Definition, "f")]);
        odd.links = true;
        assert!(compare(&odd, &plain(&[], &["f"])).is_err());
    }
}
