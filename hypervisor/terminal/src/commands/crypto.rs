// SPDX-License-Identifier: GPL-2.0-only
//! `crypto`: ciphers, hashes and random numbers that devices make.

use io::crypto::{self, Kind};

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
use crate::value::{Table, Value};

/// `crypto`
pub const COMMAND: Command = Command {
    name: "crypto",
    summary: "ciphers, hashes and random numbers that devices make",
    actions: &[Action {
        name: "list",
        params: &[],
        json: true,
        summary: "list the algorithms, the best of each name first",
        help: "KEY is the longest key, IV the initialization vector, OUTPUT the digest or the longest tag, all in bytes.\n\
               What needs a FALLBACK hands some requests to software, which the hypervisor does not have.",
        run: list,
    }],
};

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table =
        Table::new(&["NAME", "DRIVER", "KIND", "PRIORITY", "BLOCK", "KEY", "IV", "OUTPUT", "FALLBACK"]);
    for algorithm in crypto::list() {
        let info = algorithm.info();
        let (kind, key, iv, output) = match info.kind {
            Kind::Cipher { keys, iv } => ("cipher", keys.1.into(), iv.into(), Value::Null),
            Kind::Aead { iv, tag } => ("aead", Value::Null, iv.into(), tag.into()),
            Kind::Hash { digest, .. } => ("hash", Value::Null, Value::Null, digest.into()),
            Kind::Random { .. } => ("random", Value::Null, Value::Null, Value::Null),
        };
        let priority = u64::try_from(info.priority).map_or(Value::Null, Value::from);
        table.row([
            info.name.as_str().into(),
            info.driver.as_str().into(),
            kind.into(),
            priority,
            info.block.into(),
            key,
            iv,
            output,
            info.needs_fallback.into(),
        ]);
    }
    ctx.show(table)
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use io::crypto::{Engine, Info, Kind, register, unregister};

    struct Toy;
    impl Engine for Toy {}

    #[test]
    fn algorithms_are_listed() {
        let info = |name: &str, driver: &str, block, kind| Info {
            name: name.into(),
            driver: driver.into(),
            priority: 300,
            block,
            needs_fallback: block == 16,
            kind,
        };
        let cipher = Kind::Cipher { keys: (16, 32), iv: 16 };
        let hash = Kind::Hash { digest: 20, keyed: false };
        let made = [
            register(info("sha1", "sha1-sun4i-ss", 64, hash), Box::new(Toy)).unwrap(),
            register(info("cbc(aes)", "cbc-aes-sun4i-ss", 16, cipher), Box::new(Toy)).unwrap(),
        ];
        assert_eq!(
            crate::fake::output("crypto list"),
            "NAME      DRIVER            KIND    PRIORITY  BLOCK  KEY  IV  OUTPUT  FALLBACK\n\
             cbc(aes)  cbc-aes-sun4i-ss  cipher       300     16   32  16       -  yes\n\
             sha1      sha1-sun4i-ss     hash         300     64    -   -      20  no\n"
        );
        made.iter().for_each(unregister);
    }
}
