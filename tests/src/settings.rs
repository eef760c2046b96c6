//! Settings of servers and sandboxes in tests.

use std::fs::File;
use std::net::TcpListener;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use base::clock::Clock;
use base::config::variable;
use simulator::crm::{ChannelConfig, IntegrationConfig, Sandbox, SandboxConfig};

/// How long tests wait for what comes as soon as the machine allows: busy machines are slow, and a lease that a dead
/// process has left lasts a minute.
pub const PATIENCE: Duration = Duration::from_secs(100);
/// The account of most tests.
pub const HOST: &str = "acme.amocrm.ru";
/// Start time of frozen clocks: 2026-11-20 09:00 UTC.
pub const START: i64 = 1_795_165_200_000;
pub const CLIENT_ID: &str = "5f1d2a4e-93a5-4c0e-8a4f-0c1f4be3a111";
pub const CLIENT_SECRET: &str = "integration-secret-of-the-tests-0123456789abcdef";
pub const CHANNEL_ID: &str = "344a5002-f8ca-454d-af3d-396180102ac7";
/// The bot that amoCRM issued with the channel; worlds configure it where they need it.
pub const BOT_ID: &str = "e1f2a3b4-c5d6-47e8-99fa-0b1c2d3e4f50";
pub const CHANNEL_SECRET: &str = "channel-secret-of-the-tests";
/// 32 bytes, base64.
pub const VAULT_KEY: &str = "cGFyb20tdGVzdHMtcGFyb20tdGVzdHMtMDEyMzQ1Njc=";
/// A vendor's key that exists in every world.
pub const VENDOR_KEY: &str = "prm_vendor-key-of-the-tests-0123456789abcdef";

/// The client package for Python: programs find it by `PYTHONPATH`.
pub const PYTHON_PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk/python");

/// Below the system's ephemeral ports, so that only our tests compete for them, and above 10,080, the last of the ports
/// that browsers refuse to call (`ERR_UNSAFE_PORT`).
const PORTS: Range<u16> = 10_081..32_000;

/// A free port that no other test gets before this process ends: a server may bind it later, and again.
pub fn free_port() -> u16 {
    let folder = std::env::temp_dir().join("parom-test-ports");
    std::fs::create_dir_all(&folder).expect("a folder for the ports in use");
    for _ in 0..1_000 {
        let port = rand::random_range(PORTS);
        let lock = File::options().create(true).append(true).open(folder.join(port.to_string()));
        // The file belongs to another user's tests.
        let Ok(lock) = lock else { continue };
        if lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            // The lock lasts until the file is closed at the end of the process.
            std::mem::forget(lock);
            return port;
        }
    }
    panic!("none of the ports {PORTS:?} is free");
}

/// The configuration of a test's server.
pub fn config_text(port: u16, database_url: &str, sandbox_url: &str) -> String {
    format!(
        r#"
[server]
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"
trusted_proxies = ["127.0.0.1/32"]
[database]
url = "{database_url}"
[secrets]
key = "{VAULT_KEY}"
[network]
allow_private = ["127.0.0.1/32"]
[rates]
chats_start = 500
chats_floor = 500
chats_ceiling = 500
rest_per_account = 100000
installs = 500
[limits]
requests_per_key = 0
[[integration]]
name = "main"
platform = "amocrm"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
consent_url = "{sandbox_url}/oauth"
account_url = "{sandbox_url}/accounts/{{host}}"
amojo_url = "{sandbox_url}"
[[integration.channel]]
id = "{CHANNEL_ID}"
code = "amo.ext.30490163"
secret = "{CHANNEL_SECRET}"
"#
    )
}

/// A sandbox that knows the integration of [`config_text`] and another vendor's; its addresses are set once the server listens.
pub async fn start_sandbox(clock: &Clock) -> Sandbox {
    let clock = clock.clone();
    let config = SandboxConfig {
        listen: "127.0.0.1:0".to_owned(),
        parom_url: String::new(),
        integrations: vec![
            IntegrationConfig {
                name: "main".to_owned(),
                client_id: CLIENT_ID.to_owned(),
                client_secret: CLIENT_SECRET.to_owned(),
                redirect_uri: String::new(),
                channels: vec![ChannelConfig {
                    id: CHANNEL_ID.to_owned(),
                    code: "amo.ext.30490163".to_owned(),
                    secret: CHANNEL_SECRET.to_owned(),
                    title: "Parom".to_owned(),
                    bot: Some((BOT_ID.to_owned(), "Acme".to_owned())),
                }],
            },
            simulator::other_vendor::integration(),
        ],
        now: Arc::new(move || clock.now()),
    };
    Sandbox::start(config).await.expect("the sandbox starts")
}

// Time limits that a busy machine does not break.

/// How long the machine's clock is believed at a time.
const TICK: Duration = Duration::from_millis(50);

/// Waits for something, and fails the test if it takes longer than this. Time is counted in small pauses of this very
/// process: a machine that is too busy to run it makes them longer, too.
pub async fn ends_within<T>(limit: Duration, what: impl Future<Output = T>) -> T {
    let counted = async {
        let mut left = limit;
        while !left.is_zero() {
            tokio::time::sleep(TICK).await;
            left = left.saturating_sub(TICK);
        }
    };
    tokio::select! {
        biased;
        done = what => done,
        () = counted => panic!("it takes longer than {limit:?}"),
    }
}

// External programs that tests need, found through environment variables.

/// The value of the variable. `None`, with a line on stdout, if unset: the test is to be skipped.
///
/// # Panics
/// Instead of skipping, if `PAROM_TEST_ALL` is set: `tests/run` installs everything, so nothing may be missing there.
pub fn needed(name: &str) -> Option<String> {
    let value = variable(name);
    if value.is_none() {
        assert!(variable("PAROM_TEST_ALL").is_none(), "{name} is not set, and no test may be skipped (PAROM_TEST_ALL)");
        println!("skipped: {name} is not set; tests/run installs what it names and sets it");
    }
    value
}

// Injection payloads: two hundred texts that do harm where a page treats them as markup.

/// How an attack breaks out of its context.
pub const OUT: [&str; 8] = ["", "\">", "'>", "</title>", "</textarea>", "</select>", "-->", "]]>"];

/// The attack itself.
pub const ATTACKS: [&str; 25] = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><button>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<math><mglyph><style><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<!--<script>alert(1)</script>",
    " onmouseover=alert(1) x=",
    "javascript:alert(1)",
    "{{ 7 * 7 }}${7*7}<%= 7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u{202e}evil\u{202c}<b>bold</b>",
];

/// All two hundred.
pub fn payloads() -> impl Iterator<Item = String> {
    OUT.into_iter().flat_map(|out| ATTACKS.into_iter().map(move |attack| format!("{out}{attack}")))
}

/// All of them, joined into texts of at most this many bytes, for fields that are slow to fill.
pub fn batches(bytes: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for payload in payloads() {
        match all.last_mut().filter(|last| last.len() + payload.len() < bytes) {
            Some(last) => {
                last.push(' ');
                last.push_str(payload.trim());
            }
            None => all.push(payload.trim().to_owned()),
        }
    }
    all
}
