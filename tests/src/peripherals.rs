// SPDX-License-Identifier: GPL-2.0-only
//! Clocks, watchdogs and I2C buses that unmodified Linux drivers drive: each test sees an effect that the driver alone
//! can have.

use anyhow::{Context as _, Result, ensure};

use crate::card::until_ready;
use crate::harness::{Context, DEBUG, OWN_IMAGE, Running, Setup, Test, virt_drivers};

/// On QEMU's machine.
pub const QEMU_VIRT: &[Test] = &[Test {
    name: "peripherals_an_alarm_of_the_pl031_comes",
    limit: 60,
    profiles: OWN_IMAGE,
    run: an_alarm_of_the_pl031_comes,
}];

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] = &[
    Test {
        name: "peripherals_the_rtc_of_the_h5_keeps_time",
        limit: 90,
        profiles: OWN_IMAGE,
        run: the_rtc_of_the_h5_keeps_time,
    },
    Test {
        name: "peripherals_the_watchdog_resets_the_board",
        limit: 90,
        profiles: OWN_IMAGE,
        run: the_watchdog_resets_the_board,
    },
    Test {
        name: "peripherals_the_h5_keeps_time_in_a_chip_on_its_i2c_bus",
        limit: 120,
        profiles: OWN_IMAGE,
        run: the_h5_keeps_time_in_a_chip_on_its_i2c_bus,
    },
    Test {
        name: "peripherals_drivers_of_the_h5_let_go_and_come_back",
        limit: 120,
        profiles: DEBUG,
        run: drivers_of_the_h5_let_go_and_come_back,
    },
    Test {
        name: "peripherals_providers_of_the_h5_come_back_with_their_users",
        limit: 180,
        profiles: DEBUG,
        run: providers_of_the_h5_come_back_with_their_users,
    },
];

/// 2030-01-02T03:04:05Z: within what both clocks hold.
const MOMENT: u64 = 1_893_553_445;

/// The address of the clock on its bus.
const DS1338: u8 = 0x68;

fn boot(context: &Context, drivers: Vec<String>) -> Result<Running> {
    let mut machine = context.boot(Setup { drivers, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    Ok(machine)
}

/// The clock that this driver drives: its name, and what `rtc list` says of it.
fn clock(machine: &mut Running, driver: &str) -> Result<(String, serde_json::Value)> {
    let list = machine.json("rtc list")?;
    let found = list.as_array().into_iter().flatten().find(|c| c["driver"] == driver);
    let found = found.with_context(|| format!("no clock of {driver}: {list}"))?;
    Ok((found["rtc"].as_str().unwrap_or_default().to_owned(), found.clone()))
}

fn unix(machine: &mut Running, rtc: &str) -> Result<u64> {
    let answer = machine.json(&format!("rtc get {rtc}"))?;
    answer["unix"].as_u64().with_context(|| format!("`rtc get` says: {answer}"))
}

/// Sets the clock; it goes on from there.
fn set_and_goes_on(machine: &mut Running, rtc: &str) -> Result<()> {
    machine.command(&format!("rtc set {rtc} @{MOMENT}"))?;
    let first = unix(machine, rtc)?;
    ensure!((MOMENT..MOMENT + 20).contains(&first), "set to {MOMENT}, it reads {first}");
    machine.command("sleep 2000")?;
    let later = unix(machine, rtc)?;
    ensure!(later > first, "the clock stands still at {later}");
    Ok(())
}

/// The alarm's interrupt is counted, and the alarm switched off.
fn an_alarm_of_the_pl031_comes(context: &Context) -> Result<()> {
    let mut machine = boot(context, virt_drivers())?;
    let (rtc, _) = clock(&mut machine, "rtc-pl031")?;
    set_and_goes_on(&mut machine, &rtc)?;
    machine.command(&format!("rtc alarm {rtc} +2"))?;
    machine.command("sleep 4000")?;
    let (_, after) = clock(&mut machine, "rtc-pl031")?;
    ensure!(after["fired"] == 1 && after["alarm"].is_null(), "the alarm did not come: {after}");
    ensure!(after["interrupts"].as_u64() >= Some(1), "no interrupt told of the alarm: {after}");
    Ok(())
}

/// The emulated clock has the host's time, and then what it was set to: it does not go on from there.
fn the_rtc_of_the_h5_keeps_time(context: &Context) -> Result<()> {
    let mut machine = boot(context, Vec::new())?;
    let (rtc, _) = clock(&mut machine, "sun6i-rtc")?;
    let host = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let shown = unix(&mut machine, &rtc)?;
    ensure!(shown.abs_diff(host) < 120, "the clock says {shown}, the host {host}");
    machine.command(&format!("rtc set {rtc} @{MOMENT}"))?;
    let set = unix(&mut machine, &rtc)?;
    ensure!(set == MOMENT, "set to {MOMENT}, it reads {set}");
    Ok(())
}

/// Nobody pings: the board starts anew.
fn the_watchdog_resets_the_board(context: &Context) -> Result<()> {
    let mut machine = boot(context, Vec::new())?;
    let list = machine.json("watchdog list")?;
    ensure!(list[0]["identity"] == "sunxi-wdt", "no watchdog of the driver: {list}");
    machine.command("watchdog timeout watchdog0 2")?;
    machine.command("watchdog start watchdog0 kept")?;
    machine.command("sleep 5000")?;
    ensure!(machine.json("watchdog list")?[0]["running"] == true, "a watchdog that is kept runs on");
    machine.command("watchdog start watchdog0 alone")?;
    machine.wait_for("board orangepi-pc2")?;
    machine.wait_for_prompt()?;
    Ok(())
}

/// The registers of a DS1338 that hold the time, from seconds to years, read past its driver.
fn chip(machine: &mut Running, bus: &str) -> Result<String> {
    let answer = machine.json(&format!("i2c get {bus} {DS1338:#x} 0 7"))?;
    Ok(answer["bytes"].as_str().with_context(|| format!("`i2c get` says: {answer}"))?.to_owned())
}

/// The clock's driver and the registers of the chip agree, whoever wrote them; each transfer ends by interrupts of
/// the bus controller, which is suspended and resumed in between.
fn the_h5_keeps_time_in_a_chip_on_its_i2c_bus(context: &Context) -> Result<()> {
    let mut machine = boot(context, Vec::new())?;
    let (rtc, _) = clock(&mut machine, "rtc-ds1307")?;
    let buses = machine.json("i2c list")?;
    let used = buses.as_array().into_iter().flatten().find(|b| b["driver"] == "rtc-ds1307");
    let bus =
        used.and_then(|b| b["bus"].as_str()).with_context(|| format!("not on a bus: {buses}"))?.to_owned();
    set_and_goes_on(&mut machine, &rtc)?;
    // In decimal digits: seconds, minutes, hours, day of the week (the emulator counts it from its own), day, month, year.
    let seen = chip(&mut machine, &bus)?;
    let time = seen.get(2..6).zip(seen.get(8..));
    ensure!(time == Some(("0403", "020130")), "set to 2030-01-02 03:04, the chip holds {seen}");
    for round in 0..20_u64 {
        // A minute later in each round, written past the driver.
        machine.done(&format!("i2c set {bus} {DS1338:#x} 0 0 {:#x}", 0x10 + round % 10))?;
        let read = unix(&mut machine, &rtc)?;
        let expected = MOMENT - 4 * 60 - 5 + (10 + round % 10) * 60;
        ensure!(
            (expected..expected + 20).contains(&read),
            "round {round}: the chip holds {expected}, its driver reads {read}"
        );
    }
    // Behind the clock's registers is memory, which the driver has registered.
    machine.done(&format!("i2c set {bus} {DS1338:#x} 8 0xa5 0x5a"))?;
    let memory = machine.json("nvmem read ds1307_nvram0 0 2")?;
    ensure!(memory["bytes"] == "a55a", "the chip's memory reads as {memory}");
    let lines = machine.json("irq list")?;
    let line = lines.as_array().into_iter().flatten().find(|l| l["driver"] == "mv64xxx_i2c");
    // The emulator is often done with the next byte before the handler of the last one returns.
    ensure!(line.is_some_and(|l| l["count"].as_u64() >= Some(20 * 2)), "interrupts of the bus: {lines}");
    Ok(())
}

/// Devices are unbound and probed again, several times over. Linux's drivers for them leave nothing behind, but for the
/// one of the pin controller, which never frees its table of functions: that is named.
fn drivers_of_the_h5_let_go_and_come_back(context: &Context) -> Result<()> {
    const LEFT: &str = "left behind what its probe took: memory";
    let mut machine = boot(context, Vec::new())?;
    machine.wait_for("mmc0: SD")?;
    for _ in 0..3 {
        for device in ["watchdog@1c20ca0", "rtc@1f00000", "i2c@1f02400", "mmc@1c0f000"] {
            machine.done(&format!("device rebind /soc/{device}"))?;
        }
        until_ready(&mut machine)?;
        the_card_reads(&mut machine)?;
    }
    let list = machine.json("device list")?;
    let bound = list.as_array().into_iter().flatten().filter(|d| d["state"] == "bound").count();
    ensure!(bound > 10, "devices are missing: {list}");
    let log = machine.command("log")?;
    // Pin controllers use a clock of the RTC, and go and come with it.
    let left = log.lines().find(|line| line.contains(LEFT) && !line.contains("pinctrl"));
    ensure!(left.is_none(), "something was left behind: {left:?}");
    // What uses its pins goes first, and waits.
    machine.done("device unbind /soc/pinctrl@1c20800")?;
    let log = machine.command("log")?;
    ensure!(log.contains(LEFT), "what the pin controller's driver leaves behind was not seen: {log}");
    for (device, state) in
        [("pinctrl@1c20800", "unbound"), ("mmc@1c0f000", "waits"), ("watchdog@1c20ca0", "bound")]
    {
        let seen = state_of(&mut machine, device)?;
        ensure!(seen == state, "{device} is {seen}, not {state}");
    }
    let disks = machine.json("block list")?;
    ensure!(!disks.to_string().contains("mmc0"), "the card is still there: {disks}");
    Ok(())
}

fn state_of(machine: &mut Running, device: &str) -> Result<String> {
    let list = machine.json("device list")?;
    let path = format!("/soc/{device}");
    let found = list.as_array().into_iter().flatten().find(|d| d["path"] == path.as_str());
    Ok(found.and_then(|d| d["state"].as_str()).unwrap_or("unknown").to_owned())
}

/// Providers that others use let go and come back, and so do their users: pins and their GPIO lines and interrupts, a
/// regulator, the clock of everything.
fn providers_of_the_h5_come_back_with_their_users(context: &Context) -> Result<()> {
    let mut machine = boot(context, Vec::new())?;
    machine.wait_for("mmc0: SD")?;
    // The socket's PHY gets its driver once the socket is up, a while after its own driver has come.
    let phy = "/soc/ethernet@1c30000/mdio-mux/mdio@2/ethernet-phy@1";
    let before = bound_when(&mut machine, |all| all.iter().any(|path| path == phy))?;
    ensure!(before.iter().any(|path| path == phy), "{phy} has no driver: {before:?}");
    for (provider, of_the_card) in [
        ("/soc/pinctrl@1c20800", true),
        ("/soc/pinctrl@1f02c00", false),
        ("/soc/pinctrl@1c20800", true),
        ("/vcc3v3", true),
    ] {
        machine.done(&format!("device rebind {provider}"))?;
        let after = bound_when(&mut machine, |all| all == before)?;
        ensure!(before == after, "before {provider} came back, {before:?} had drivers, now {after:?}");
        if of_the_card {
            until_ready(&mut machine)?;
        }
        the_card_reads(&mut machine)?;
        let (rtc, _) = clock(&mut machine, "rtc-ds1307")?;
        set_and_goes_on(&mut machine, &rtc)?;
    }
    // Linux's driver for it says that it never lets go.
    let refused = machine.command("device unbind /soc/clock@1c20000")?;
    ensure!(refused.contains("lets go of no device"), "the clock controller let go: {refused}");
    Ok(())
}

/// [`bound`] as soon as it is as wanted, or after 30 seconds.
fn bound_when(machine: &mut Running, wanted: impl Fn(&[String]) -> bool) -> Result<Vec<String>> {
    for _ in 0..60 {
        let all = bound(machine)?;
        if wanted(&all) {
            return Ok(all);
        }
        machine.done("sleep 500")?;
    }
    bound(machine)
}

/// The paths of the devices that a driver has.
fn bound(machine: &mut Running) -> Result<Vec<String>> {
    let list = machine.json("device list")?;
    let bound = list.as_array().into_iter().flatten().filter(|d| d["state"] == "bound");
    let mut paths: Vec<String> = bound.filter_map(|d| d["path"].as_str().map(str::to_owned)).collect();
    paths.sort();
    Ok(paths)
}

/// A file of the card is what its sum says.
fn the_card_reads(machine: &mut Running) -> Result<()> {
    let sums = machine.command("fs cat mmc0p2:/test/SHA256SUMS")?;
    let read = machine.json("fs hash mmc0p2:/test/random-1M")?;
    let sum = read["sha256"].as_str().unwrap_or("none");
    ensure!(sums.contains(sum), "the card reads as {read}, its sums are {sums}");
    Ok(())
}
