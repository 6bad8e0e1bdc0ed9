// SPDX-License-Identifier: GPL-2.0-only
//! Controllers with four pins.

use super::*;
use crate::dt;
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Four {
    strict: bool,
    log: Mutex<Vec<String>>,
}

impl Four {
    fn note(&self, what: String) {
        self.log.lock().unwrap().push(what);
    }
    fn take(&self) -> String {
        std::mem::take(&mut *self.log.lock().unwrap()).join(", ")
    }
}

impl Driver for Four {
    fn groups(&self) -> usize {
        4
    }
    fn group_name(&self, group: usize) -> Option<String> {
        ["P0", "P1", "P2", "P23"].get(group).map(|s| s.to_string())
    }
    fn group_pins(&self, group: usize) -> Result<Vec<u32>> {
        Ok(if group == 3 { vec![2, 3] } else { vec![group as u32] })
    }
    fn functions(&self) -> usize {
        2
    }
    fn function_name(&self, function: usize) -> Option<String> {
        ["uart", "spi"].get(function).map(|s| s.to_string())
    }
    fn function_groups(&self, function: usize) -> Result<Vec<String>> {
        Ok([vec!["P0", "P1", "P23"], vec!["P0", "P2"]][function].iter().map(|s| s.to_string()).collect())
    }
    fn strict(&self) -> bool {
        self.strict
    }
    fn request(&self, pin: u32) -> Result<()> {
        self.note(format!("take {pin}"));
        Ok(())
    }
    fn free(&self, pin: u32) {
        self.note(format!("give {pin}"));
    }
    fn set_mux(&self, function: usize, group: usize) -> Result<()> {
        self.note(format!("mux {function} {group}"));
        Ok(())
    }
    fn config(&self, pin: u32, config: u64) -> Result<u64> {
        match config::number(config) {
            9 => Ok(config::pack(9, 10 * pin)),
            _ => Err(Error::Unsupported { what: "it" }),
        }
    }
    fn set_config(&self, pin: u32, configs: &[u64]) -> Result<()> {
        self.note(format!("config {pin} {configs:x?}"));
        if configs.contains(&config::pack(22, 1)) { Err(Error::Unsupported { what: "it" }) } else { Ok(()) }
    }
    fn maps(&self, node: &str) -> Result<Vec<Map>> {
        Ok(match node {
            "/pio/uart" => vec![
                Map::Mux { group: Some("P23".into()), function: "uart".into() },
                Map::GroupConfig {
                    group: "P23".into(),
                    configs: vec![config::pack(config::BIAS_PULL_UP, 1)],
                },
            ],
            _ => vec![Map::Dummy],
        })
    }
}

fn controller(name: &str, strict: bool) -> (Arc<Four>, Arc<Controller>) {
    let driver = Arc::new(Four { strict, ..Four::default() });
    let pins = (0..4).map(|number| Pin { number, name: format!("P{number}") }).collect();
    let node = Some(format!("/{name}"));
    let info = Info { name: name.into(), node, pins, driver: driver.clone() };
    (driver, register(info).unwrap())
}

#[test]
fn states_claim_pins_and_give_them_back() {
    let (driver, c) = controller("claims", false);
    let a = get("dev-a", None).unwrap();
    assert!(Arc::ptr_eq(&a, &get("dev-a", None).unwrap()));
    let uart = |group: &str| Map::Mux { group: Some(group.into()), function: "uart".into() };
    let pull = Map::PinConfig { pin: "P0".into(), configs: vec![config::pack(config::BIAS_PULL_UP, 1)] };
    a.add("default", &c, &[uart("P0"), pull]).unwrap();
    a.add("sleep", &c, &[uart("P1")]).unwrap();
    a.declare("idle");
    assert!(a.add("x", &c, &[uart("P2")]).is_err() && a.add("x", &c, &[uart("P9")]).is_err());
    a.select("default").unwrap();
    a.select("default").unwrap();
    assert_eq!(driver.take(), "take 0, mux 0 0, config 0 [105]");
    a.select("sleep").unwrap();
    assert_eq!((driver.take().as_str(), a.current().as_deref()), ("give 0, take 1, mux 0 1", Some("sleep")));
    assert!(a.select("nothing").is_err());
    let b = get("dev-b", None).unwrap();
    b.add("default", &c, &[Map::Mux { group: None, function: "spi".into() }, uart("P1")]).unwrap();
    let error = b.select("default").unwrap_err();
    assert!(matches!(&error, Error::Busy { owner, .. } if owner == "dev-a"), "{error}");
    assert_eq!(driver.take(), "take 0, mux 1 0, give 0", "what went before is undone");
    a.select("idle").unwrap();
    b.select("default").unwrap();
    let report = c.report();
    assert_eq!((report[1].owner.as_deref(), report[1].function.as_deref()), (Some("dev-b"), Some("uart")));
    assert_eq!(report[2].configs, [("drive-strength", 20)]);
    driver.take();
    drop(b);
    assert_eq!(driver.take(), "give 0, give 1");
    // A configuration that fails puts the state before back.
    let bad = Map::PinConfig { pin: "P0".into(), configs: vec![config::pack(22, 1)] };
    a.add("bad", &c, &[uart("P1"), bad]).unwrap();
    a.select("default").unwrap();
    assert!(a.select("bad").is_err() && a.current().as_deref() == Some("default"));
    unregister(&c);
}

#[test]
fn gpios_and_functions_exclude_each_other_where_the_chip_is_strict() {
    for strict in [false, true] {
        let (_, c) = controller(if strict { "strict" } else { "lax" }, strict);
        let base = if strict { 9000 } else { 9100 };
        let range =
            Range { name: "g".into(), base, pin_base: 1, count: 3, pins: None, token: 7 + base as usize };
        add_range(&c, range);
        gpio_request(base, "led").unwrap();
        assert!(matches!(gpio_request(base, "key").unwrap_err(), Error::Busy { .. }));
        assert!(matches!(gpio_request(base + 3, "key").unwrap_err(), Error::Deferred { .. }));
        let dev = get(if strict { "dev-s" } else { "dev-l" }, None).unwrap();
        dev.add("default", &c, &[Map::Mux { group: Some("P1".into()), function: "uart".into() }]).unwrap();
        assert_eq!(dev.select("default").is_ok(), !strict);
        assert!(!can_use(base));
        gpio_free(base);
        dev.select("default").unwrap();
        assert_eq!(can_use(base), !strict);
        remove_range(&|r| r.token == 7 + base as usize);
        assert!(find_range(base).is_none());
        unregister(&c);
    }
}

#[test]
fn states_of_the_tree() {
    let blob = dt::tests::dtb(
        r#"/dts-v1/; / {
        pio: pio { uart_pins: uart { drive-strength = <20>; bias-pull-up; input-enable; }; other: other { }; };
        dev { pinctrl-names = "default", "sleep"; pinctrl-0 = <&uart_pins>, <&other>; pinctrl-1 = <>; };
        late { pinctrl-0 = <&stray>; }; nopio { stray: x { }; };
        };"#,
    );
    let fdt = dt::check(&blob).unwrap();
    let node = |path: &str| dt::find_path(fdt, path).unwrap();
    let (_, c) = controller("pio", false);
    let maps = maps_of_node(&node("/dev")).unwrap();
    let names: Vec<_> = maps.iter().map(|(s, c, m)| (s.as_str(), c.is_some(), m.len())).collect();
    assert_eq!(names, [("default", true, 2), ("default", true, 1), ("sleep", false, 0)]);
    assert!(matches!(maps_of_node(&node("/late")).err().unwrap(), Error::Deferred { .. }));
    let configs = config::of_node(&node("/pio/uart"));
    assert_eq!(configs, [config::pack(5, 1), config::pack(9, 20), config::pack(12, 1)]);
    unregister(&c);
}
