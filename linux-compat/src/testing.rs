// SPDX-License-Identifier: GPL-2.0-only
//! What the tests of all families share: a device tree.

use crate::bindings::device;
use crate::of::{self, Node};
use std::ffi::CString;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Once;

/// Devices that the tests look for. Families add what they need.
const TREE: &str = r#"/dts-v1/;
/ {
    #address-cells = <2>; #size-cells = <2>; compatible = "test,machine", "test,base";
    aliases { serial0 = "/soc/uart@1000"; serial7 = &uart7; i2c0 = "/soc/uart@1000"; };
    psci { compatible = "arm,psci-1.0"; method = "smc"; };
    chosen { stdout-path = "serial7:115200n8"; };
    cpus { #address-cells = <1>; #size-cells = <0>;
        cpu@0 { device_type = "cpu"; reg = <0>; };
        cpu@1 { device_type = "cpu"; reg = <1>; };
    };
    soc: soc { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>;
        ranges = <0x0 0x0 0x40000000 0x100000>, <0x200000 0x1 0x0 0x100000>; dma-coherent;
        uart: uart@1000 { compatible = "test,uart-v2", "test,uart"; reg = <0x1000 0x100>, <0x2000 0x10>;
            reg-names = "main", "extra"; clock-frequency = <24000000>;
            words = <1 2 3>; bytes = [01 02 03]; shorts = /bits/ 16 <0x1234 0x5678>;
            longs = /bits/ 64 <0x0123456789abcdef 2>; names = "one", "two", "three"; flag; unterminated = [41 42];
            refs = <&gpio 1 2>, <0>, <&uart7>; };
        uart7: uart@200010 { compatible = "test,uart"; reg = <0x200010 0x10>; status = "okay"; dma-noncoherent;
            child { }; second { status = "disabled"; }; };
        gpio: gpio@3000 { compatible = "test,gpio"; reg = <0x3000 0x100>; #gpio-cells = <2>; ngpios = <12>; phandle = <0x42>; };
        off@4000 { compatible = "test,uart"; reg = <0x4000 0x100>; status = "disabled"; };
        unreachable@900000 { compatible = "test,far"; reg = <0x900000 0x10>; };
        cell@5000 { compatible = "arm,pl061", "arm,primecell"; reg = <0x5000 0x1000>; arm,primecell-periphid = <0x00041061>; };
        inner { compatible = "test,mfd", "simple-mfd"; leaf { compatible = "test,leaf"; }; };
    };
    macs {
        fuses { macfuse: mac@4 { reg = <4 6>; }; };
        a { mac-address = [00 00 00 00 00 00]; local-mac-address = [02 00 00 00 00 09]; phy-mode = "RGMII-id"; };
        b { mac-address = [01 00 5e 00 00 01]; phy-connection-type = "mii"; };
        c { nvmem-cells = <&macfuse>; nvmem-cell-names = "mac-address"; phy-mode = "carrier-pigeon"; };
    };
    osc: osc { #clock-cells = <0>; clock-output-names = "osc24M"; };
    ccu: ccu { compatible = "test,ccu"; #clock-cells = <1>; #reset-cells = <1>; clocks = <&osc>, <&ccu 1>; clock-names = "hosc", "own";
        clock-critical = <0 2>; clock-indices = <0 7>; clock-output-names = "zero", "seven"; };
    ccu2: ccu2 { #clock-cells = <1>; #reset-cells = <2>; };
    early: early { compatible = "test,early"; #clock-cells = <0>; clocks = <&early2>; };
    early2: early2 { compatible = "test,early"; #clock-cells = <0>; };
    vcc: vcc { regulator-name = "vcc"; regulator-min-microvolt = <1800000>; regulator-max-microvolt = <3300000>;
        regulator-boot-on; regulator-ramp-delay = <0>; regulator-allow-bypass; regulator-enable-ramp-delay = <5>; };
    consumer { clocks = <&ccu 0>, <&ccu 1>, <&osc>; clock-names = "bus", "mod", "osc";
        resets = <&ccu 1>, <&ccu 2>; reset-names = "ahb", "phy"; vmmc-supply = <&vcc>; none-supply = <0>; };
    assigned { assigned-clocks = <&ccu2 0>; assigned-clock-rates = <4800>; };
    dma-bus { #address-cells = <1>; #size-cells = <1>; dma-ranges = <0x0 0x0 0x40000000 0x20000000>; engine@0 { reg = <0 4>; }; };
    lines {
        banka: bank-a { gpio-controller; #gpio-cells = <2>; ngpios = <8>; };
        bankb: bank-b { gpio-controller; #gpio-cells = <2>; ngpios = <8>; };
        user { enable-gpios = <&banka 3 1>; led-gpios = <&banka 4 0>, <&banka 5 1>; far-gpios = <&gpio 0 0>; };
    };
    pins {
        mux: mux { on: on-pins { }; off: off-pins { }; begin: begin-pins { }; };
        user { pinctrl-names = "default", "sleep"; pinctrl-0 = <&on>; pinctrl-1 = <&off>; };
        starter { pinctrl-names = "default", "init"; pinctrl-0 = <&on>; pinctrl-1 = <&begin>; };
    };
    i2c-a { #address-cells = <1>; #size-cells = <0>; clock-frequency = <400000>; i2c-scl-rising-time-ns = <111>;
        clock@68 { compatible = "maker,clock-chip"; reg = <0x68 0x6a>; reg-names = "main", "memory"; wakeup-source; };
        off@20 { compatible = "maker,clock-chip"; reg = <0x20>; status = "disabled"; };
        wide@40000123 { compatible = "maker,wide"; reg = <0x80000123>; };
    };
    phys { pa: a { #phy-cells = <0>; }; b { pb: port { #phy-cells = <0>; }; }; c { }; pd: d { #phy-cells = <0>; };
        user { phys = <&pa>, <&pb>, <&pd>; phy-names = "usb", "port", "later"; };
    };
    pwms { chip: chip { #pwm-cells = <3>; }; one: one { #pwm-cells = <2>; }; late: late { #pwm-cells = <3>; };
        user { pwms = <&chip 1 5000 1>, <&one 7000 0>, <&late 0 1 0>; pwm-names = "fan", "lamp", "late"; };
    };
    spi-a { flash@1 { compatible = "maker,flash-chip"; reg = <1>; spi-max-frequency = <5000000>; spi-cpol; spi-cpha;
            spi-rx-bus-width = <4>; spi-cs-setup-delay-ns = <20>; };
        far@9 { compatible = "maker,flash-chip"; reg = <9>; }; off@0 { compatible = "maker,off"; reg = <0>; status = "disabled"; }; };
    sensors: sensors { #thermal-sensor-cells = <1>; };
    thermal-zones {
        cpu-thermal { thermal-sensors = <&sensors 1>; coefficients = <(-2) 500>; trips {
            warm { temperature = <60000>; hysteresis = <1000>; type = "passive"; };
            hot { temperature = <80000>; hysteresis = <1000>; type = "hot"; };
            end { temperature = <95000>; hysteresis = <0>; type = "critical"; };
        }; };
        bad-thermal { thermal-sensors = <&sensors 2>; trips { odd { temperature = <1>; }; }; };
    };
    block: block@20000000 { compatible = "test,control", "syscon"; reg = <0 0x20000000 0 0x100>; };
    syscons {
        own: own { compatible = "test,own"; };
        user { control = <&block 4 5>; own = <&own>; short = <&block 4>; };
    };
    clocksource { timer { compatible = "test,timer"; }; off { compatible = "test,timer"; status = "disabled"; }; };
    hwlocks { hwl: bank { #hwlock-cells = <1>; }; user { hwlocks = <&hwl 3>, <&hwl 9>; hwlock-names = "good", "bad"; }; };
    links {
        lprov: provider { #clock-cells = <0>; group { lpart: part { }; }; };
        inner-user { deeper { pinctrl-0 = <&lpart>; }; };
        lsup: supplied { vcc-supply = <&lprov>; #gpio-cells = <2>; };
        chained { clocks = <&osc>; reset-gpios = <&lsup 1 2>; };
        stranger { clocks = <&osc>; note = <&lprov>; };
        lkept: kept-provider { #clock-cells = <1>; #reset-cells = <1>; };
        kept-user { clocks = <&osc>; resets = <&lkept 0>; };
        lclocks: kept-clocks { #clock-cells = <1>; };
        kept-clock-user { clocks = <&osc>, <&lclocks 0>; };
    };
    island@10 { #address-cells = <1>; #size-cells = <0>; reg = <0 0x10 0 0x10>;
        thing@5 { compatible = "test,thing"; reg = <5>; };
    };
};
"#;

/// A structure of C's that may be all zeroes, as `kzalloc()` makes it.
///
/// # Safety
/// Zeroes must be a value of it: numbers, raw pointers, `Option`s of functions and arrays and structs of such.
pub(crate) unsafe trait Zero: Sized {}

/// Says of structures from the headers that zeroes are values of them.
macro_rules! may_be_zero {
    ($($name:ident)*) => {
        // SAFETY: bindgen made them of C structures of numbers, pointers, and pointers to functions as `Option`s.
        $(unsafe impl Zero for crate::bindings::$name {})*
    };
}

may_be_zero! {
    clk_hw clk_init_data clk_lookup clk_ops clk_rate_request dev_pm_ops device device_driver gpio_chip gpiod_lookup hwrng
    i2c_adapter i2c_algorithm i2c_board_info i2c_device_id i2c_driver i2c_smbus_data i2c_timings notifier_block
    nvmem_cell_info nvmem_config of_device_id of_phandle_args of_regulator_match phy_configure_opts phy_ops pinconf_ops pinctrl_desc
    pinctrl_gpio_range pinctrl_map pinctrl_ops pinctrl_pin_desc pinmux_ops pwm_lookup pwm_ops pwm_state regmap_bus regmap_config
    regulator_bulk_data regulator_config regulator_desc regulator_init_data regulator_ops reset_control_lookup sg_table soc_device_attribute arm_smccc_res spi_board_info spi_delay spi_device_id spi_driver spi_message spi_transfer thermal_trip thermal_zone_device_ops
    console ktermios reset_control_ops reset_controller_dev uart_driver uart_ops uart_port watchdog_device watchdog_info watchdog_ops
}

/// One that is all zeroes.
pub(crate) fn zeroed<T: Zero>() -> T {
    // SAFETY: what the trait promises.
    unsafe { core::mem::zeroed() }
}

/// A device with that name, at a node of the tests' tree; it is never freed.
pub(crate) fn device_at(name: &str, path: Option<&str>) -> *mut device {
    let dev: *mut device = Box::into_raw(Box::new(zeroed()));
    // SAFETY: nobody else has it yet.
    unsafe {
        crate::device::initialize(dev);
        crate::device::set_name(dev, CString::new(name).unwrap());
        (*dev).of_node = path.map_or(std::ptr::null_mut(), |path| node(path).as_raw());
    }
    dev
}

/// Has a device give back what it manages, as the core does when its driver goes.
pub(crate) fn release_managed(dev: *mut device) {
    // SAFETY: a device of a test, which outlives it; no driver is bound that could use what goes.
    unsafe { crate::device::devres::release_all(dev) };
}

/// Compiles a tree.
pub(crate) fn compile(source: &str) -> Vec<u8> {
    let mut dtc = Command::new("dtc")
        .args(["-q", "-I", "dts", "-O", "dtb", "-o", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("dtc (package device-tree-compiler) is needed for this test");
    dtc.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    let out = dtc.wait_with_output().unwrap();
    assert!(out.status.success(), "dtc refused the tree of a test");
    out.stdout
}

/// Makes the tree, once for all tests of the process.
pub(crate) fn tree() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let blob = compile(TREE).leak();
        let fdt = kernel::dt::check(blob).unwrap();
        kernel::dt::set_tree(fdt);
        of::init(fdt).unwrap();
    });
}

/// The node at a path.
pub(crate) fn node(path: &str) -> Node {
    tree();
    path.split('/').filter(|p| !p.is_empty()).fold(of::root().unwrap(), |node, part| {
        node.child(part.as_bytes()).unwrap_or_else(|| panic!("the tree of the tests has no {path}"))
    })
}
