// SPDX-License-Identifier: GPL-2.0-only
//! What unmodified drivers write to the H5's registers. The emulated pin controllers, the always-on domain's clocks and
//! its interrupt controller keep nothing: the emulator's log of the writes that reach them is compared with the layout
//! that the chip's manual gives (Allwinner H5 user manual: "Port Controller", "PRCM", "R_INTC", "CCU").

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io::Write as _};

use anyhow::{Context as _, Result, bail, ensure};
use xtask::qemu::Overrides;
use xtask::{devicetree, project};

use crate::harness::{Context, DEBUG, Running, Setup, Test};
use crate::monitor::Monitor;

/// On the Orange Pi PC 2.
pub const ORANGEPI_PC2: &[Test] = &[
    Test { name: "registers_pins_of_the_h5", limit: 90, profiles: DEBUG, run: pins },
    Test { name: "registers_always_on_domain_of_the_h5", limit: 90, profiles: DEBUG, run: always_on },
    Test { name: "registers_resets_reach_the_h5", limit: 90, profiles: DEBUG, run: resets },
    Test { name: "registers_regulators_switch_lines_of_the_h5", limit: 90, profiles: DEBUG, run: regulators },
];

/// The pin controllers by the emulator's names, the clocks of the always-on domain, its interrupt controller.
const PIO: &str = "pio";
const R_PIO: &str = "r_pio";
const R_PRCM: &str = "r_prcm";
const R_INTC: &str = "r_intc";

/// A write that a device without a model got.
#[derive(Debug)]
struct Access {
    device: String,
    offset: u64,
    value: u64,
}

/// The emulator's log.
struct Trace(PathBuf);

impl Trace {
    fn new(context: &Context) -> Trace {
        Trace(context.folder().join("accesses.log"))
    }

    /// What the emulator is to be told, among its further arguments.
    fn arguments(&self) -> Vec<String> {
        ["-d", "unimp", "-D"].map(str::to_owned).into_iter().chain([self.0.display().to_string()]).collect()
    }

    /// All writes so far.
    fn writes(&self) -> Result<Vec<Access>> {
        let text = fs::read_to_string(&self.0).with_context(|| format!("no log in {}", self.0.display()))?;
        Ok(text.lines().filter_map(access).collect())
    }

    /// The values that a field of a register was given, in order. The other fields of a register that reads as zero
    /// are written as zero, so zeros say nothing.
    fn field(&self, device: &str, field: Field) -> Result<Vec<u64>> {
        let mask = (1 << field.width) - 1;
        let writes = self.writes()?;
        let own = writes.iter().filter(|w| w.device == device && w.offset == field.offset);
        Ok(own.map(|w| (w.value >> field.shift) & mask).collect())
    }

    /// Waits until a field was given a value; it must never get another one than that and zero.
    fn only(&self, device: &str, field: Field, expected: u64) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let values: BTreeSet<u64> = self.field(device, field)?.into_iter().filter(|v| *v != 0).collect();
            if values.iter().eq([&expected]) {
                return Ok(());
            }
            if Instant::now() > end || !values.is_empty() {
                bail!("{device}: {field:?} is to be {expected:#x}, and was given {values:x?}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// A line such as `pio: unimplemented device write (size 4, offset 0x0b4, value 0x00000002)`.
fn access(line: &str) -> Option<Access> {
    let (device, rest) = line.split_once(": unimplemented device write (size 4, offset 0x")?;
    let (offset, value) = rest.strip_suffix(')')?.split_once(", value 0x")?;
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    Some(Access { device: device.to_owned(), offset: number(offset)?, value: number(value)? })
}

/// Bits of a register.
#[derive(Debug, Clone, Copy)]
struct Field {
    offset: u64,
    shift: u64,
    width: u64,
}

/// Banks of pins by their letter: each has 0x24 bytes of registers.
fn bank(letter: char) -> u64 {
    let first = if letter == 'L' { 'L' } else { 'A' };
    (u64::from(letter) - u64::from(first)) * 0x24
}

/// Pn_CFG0..3: four bits a pin say what it is used for; 0 is an input, 1 an output, 7 off.
fn function(letter: char, pin: u64) -> Field {
    Field { offset: bank(letter) + pin / 8 * 4, shift: pin % 8 * 4, width: 4 }
}

/// Pn_DAT: a bit a pin.
fn data(letter: char, pin: u64) -> Field {
    Field { offset: bank(letter) + 0x10, shift: pin, width: 1 }
}

/// Pn_DRV0..1: two bits a pin, levels of 10 mA from 0.
fn drive(letter: char, pin: u64) -> Field {
    Field { offset: bank(letter) + 0x14 + pin / 16 * 4, shift: pin % 16 * 2, width: 2 }
}

/// Pn_PUL0..1: two bits a pin; 1 pulls up, 2 down.
fn pull(letter: char, pin: u64) -> Field {
    Field { offset: bank(letter) + 0x1c + pin / 16 * 4, shift: pin % 16 * 2, width: 2 }
}

/// Pn_INT_CFG0..3 of port F, the second of those with interrupts: four bits a pin; 4 is both edges.
fn trigger_f(pin: u64) -> Field {
    Field { offset: 0x220 + pin / 8 * 4, shift: pin % 8 * 4, width: 4 }
}

/// A machine whose log is kept, with these lines added to its device tree.
fn boot(context: &Context, lines: &str) -> Result<(Running, Trace)> {
    let trace = Trace::new(context);
    let mut extra = trace.arguments();
    if !lines.is_empty() {
        extra.extend(["-dtb".into(), tree(context, lines)?.display().to_string()]);
    }
    let machine = Overrides { extra, ..Overrides::default() };
    let mut machine = context.boot(Setup { machine, ..Setup::default() })?;
    machine.wait_for_prompt()?;
    Ok((machine, trace))
}

/// The board's device tree with these lines after it.
fn tree(context: &Context, lines: &str) -> Result<PathBuf> {
    let board = devicetree::file(&project::board(context.board)?)?;
    let source = Command::new("dtc").args(["-q", "-I", "dtb", "-O", "dts"]).arg(board).output()?;
    ensure!(source.status.success(), "dtc does not take the board's tree apart");
    let path = context.folder().join("changed.dtb");
    let mut compiler = Command::new("dtc")
        .args(["-q", "-I", "dts", "-O", "dtb", "-o"])
        .arg(&path)
        .stdin(Stdio::piped())
        .spawn()
        .context("no dtc")?;
    let mut input = compiler.stdin.take().context("dtc takes no input")?;
    input.write_all(&source.stdout)?;
    input.write_all(lines.as_bytes())?;
    drop(input);
    ensure!(compiler.wait()?.success(), "dtc does not take: {lines}");
    Ok(path)
}

/// The pins of the card, its card detect, the always-on domain's bus, and a line that the terminal sets.
fn pins(context: &Context) -> Result<()> {
    let (mut machine, trace) = boot(context, "")?;
    for pin in 0..6 {
        // SDC0 is the second function of PF0 to PF5; the board asks for 30 mA and a pull-up.
        trace.only(PIO, function('F', pin), 2)?;
        trace.only(PIO, drive('F', pin), 2)?;
        trace.only(PIO, pull('F', pin), 1)?;
    }
    // PF6 tells of cards by both edges, as the sixth function.
    trace.only(PIO, function('F', 6), 6)?;
    trace.only(PIO, trigger_f(6), 4)?;
    trace.only(PIO, Field { offset: 0x230, shift: 6, width: 1 }, 1)?;
    // S_TWI is the second function of PL0 and PL1.
    trace.only(R_PIO, function('L', 0), 2)?;
    trace.only(R_PIO, function('L', 1), 2)?;
    // A free line: nothing before, then an output that is high, then low.
    let before = trace.field(PIO, function('A', 13))?.into_iter().chain(trace.field(PIO, data('A', 13))?);
    ensure!(before.max().unwrap_or(0) == 0, "PA13 was touched before anybody asked for it");
    let chips = machine.json("gpio list")?;
    let chip =
        chips.as_array().into_iter().flatten().find(|c| c["first"] == 0 || c["lines"].as_u64() > Some(32));
    let chip = chip.and_then(|c| c["chip"].as_str()).with_context(|| format!("no chip: {chips}"))?.to_owned();
    machine.done(&format!("gpio set {chip}:13 1"))?;
    trace.only(PIO, function('A', 13), 1)?;
    trace.only(PIO, data('A', 13), 1)?;
    machine.done(&format!("gpio set {chip}:13 0"))?;
    let levels = trace.field(PIO, data('A', 13))?;
    ensure!(levels.ends_with(&[1, 0]), "PA13 was set high and low, its register got {levels:?}");
    Ok(())
}

/// Gates, resets and interrupts of the always-on domain. The clock's alarm is led to the NMI's pin, whose trigger and
/// enable the interrupt controller keeps itself.
fn always_on(context: &Context) -> Result<()> {
    /// APB0 clock gates and resets; of both bit 6 is the I2C controller's.
    const GATES: u64 = 0x28;
    const RESETS: u64 = 0xb0;
    const I2C: u64 = 6;
    // Triggers of the binding: 2 is the falling edge.
    let lines = "&{/soc/rtc@1f00000} { interrupts = <0 32 2>; };";
    let (mut machine, trace) = boot(context, lines)?;
    // The pin controller's gate stays.
    trace.only(R_PRCM, Field { offset: GATES, shift: 0, width: 1 }, 1)?;
    machine.done("i2c list")?;
    let writes = trace.writes()?;
    let of = |offset| writes.iter().filter(move |w| w.device == R_PRCM && w.offset == offset);
    let gate = of(GATES).position(|w| w.value >> I2C & 1 == 1);
    ensure!(gate.is_some(), "the bus controller's clock was not switched on: {writes:?}");
    let resets: Vec<u64> = of(RESETS).map(|w| w.value >> I2C & 1).collect();
    ensure!(resets.starts_with(&[0, 1]), "the bus controller is not reset before its use: {resets:?}");
    // NMI_CTRL: 1 is the falling edge. IRQ_PEND is acknowledged before IRQ_EN lets it through, of which nothing else is
    // set; the second word of that is empty.
    trace.only(R_INTC, Field { offset: 0x0c, shift: 0, width: 32 }, 1)?;
    trace.only(R_INTC, Field { offset: 0x10, shift: 0, width: 32 }, 1)?;
    trace.only(R_INTC, Field { offset: 0x40, shift: 0, width: 32 }, 1)?;
    let at = |offset| writes.iter().position(|w| w.device == R_INTC && w.offset == offset);
    ensure!(at(0x10) < at(0x40), "the NMI is let through before it is acknowledged: {writes:?}");
    ensure!(
        trace.field(R_INTC, Field { offset: 0x44, shift: 0, width: 32 })?.iter().all(|v| *v == 0),
        "IRQ_EN1"
    );
    Ok(())
}

/// Reads a register of the clock controller, which the emulator keeps, behind the hypervisor's back.
fn ccu(monitor: &mut Monitor, offset: u64) -> Result<u64> {
    monitor.word(0x01c2_0000 + offset)
}

/// The first bus controller is in reset while nobody uses it, and out of it while it is used: the chip's register and
/// `reset list` say the same.
fn resets(context: &Context) -> Result<()> {
    /// Bus software reset register 4 and bus clock gating register 3: bit 0 of both is TWI0's.
    const RESET: u64 = 0x2d8;
    const GATE: u64 = 0x6c;
    let (mut machine, _) = boot(context, "&{/soc/i2c@1c2ac00} { status = \"okay\"; };")?;
    let mut monitor = machine.monitor()?;
    let buses = machine.json("i2c list")?;
    let bus = buses.as_array().into_iter().flatten().find(|b| b["device"] == "1c2ac00.i2c");
    let bus = bus.and_then(|b| b["bus"].as_str()).with_context(|| format!("no bus: {buses}"))?.to_owned();
    for round in 0..3 {
        // Longer than the controller stays awake.
        machine.done("sleep 2500")?;
        let idle = (ccu(&mut monitor, RESET)? & 1, ccu(&mut monitor, GATE)? & 1);
        ensure!(idle == (0, 0), "round {round}: an idle controller has (reset, gate) {idle:?}");
        ensure!(asserted(&mut machine)? == Some(true), "round {round}: not said to be in reset");
        // Nobody answers there: what matters is that the controller was asked.
        let answer = machine.command(&format!("i2c get {bus} 0x50 0"))?;
        ensure!(answer.contains("no device answers"), "round {round}: {answer}");
        let used = (ccu(&mut monitor, RESET)? & 1, ccu(&mut monitor, GATE)? & 1);
        ensure!(used == (1, 1), "round {round}: a controller in use has (reset, gate) {used:?}");
        ensure!(asserted(&mut machine)? == Some(false), "round {round}: said to be in reset");
    }
    Ok(())
}

/// What `reset list` says of the first bus controller.
fn asserted(machine: &mut Running) -> Result<Option<bool>> {
    let list = machine.json("reset list")?;
    let line = list.as_array().into_iter().flatten().find(|l| l["users"].to_string().contains("1c2ac00"));
    Ok(line.with_context(|| format!("no such line: {list}"))?["in_reset"].as_bool())
}

/// The card's supplies are switched by lines: one is fixed and has an enable, the other has two voltages.
fn regulators(context: &Context) -> Result<()> {
    const LINES: &str = r#"
        / {
            card-power {
                compatible = "regulator-fixed";
                regulator-name = "card-power";
                regulator-min-microvolt = <3300000>;
                regulator-max-microvolt = <3300000>;
                enable-active-high;
                gpio = <&{/soc/pinctrl@1c20800} 0 13 0>;
            };
            card-signals {
                compatible = "regulator-gpio";
                regulator-name = "card-signals";
                regulator-type = "voltage";
                regulator-min-microvolt = <1800000>;
                regulator-max-microvolt = <3300000>;
                gpios = <&{/soc/pinctrl@1c20800} 0 14 0>;
                gpios-states = <0>;
                states = <1800000 0>, <3300000 1>;
            };
        };
        &{/soc/mmc@1c0f000} {
            vmmc-supply = <&{/card-power}>;
            vqmmc-supply = <&{/card-signals}>;
        };"#;
    let (mut machine, trace) = boot(context, LINES)?;
    for pin in [13, 14] {
        trace.only(PIO, function('A', pin), 1)?;
        trace.only(PIO, data('A', pin), 1)?;
        let levels = trace.field(PIO, data('A', pin))?;
        ensure!(levels.first() == Some(&0), "PA{pin} is high before its supply is wanted: {levels:?}");
        ensure!(levels.last() == Some(&1), "PA{pin} is low while the card is in use: {levels:?}");
    }
    machine.wait_for("mmc0: ")?;
    let list = machine.json("regulator list")?;
    let of = |name: &str| list.as_array().into_iter().flatten().find(|r| r["name"] == name).cloned();
    let power = of("card-power").with_context(|| format!("{list}"))?;
    let signals = of("card-signals").with_context(|| format!("{list}"))?;
    ensure!(power["on"] == true && power["voltage"] == 3_300_000, "{power}");
    ensure!(signals["voltage"] == 3_300_000, "{signals}");
    Ok(())
}
