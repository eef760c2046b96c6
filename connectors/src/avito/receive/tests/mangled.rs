//! Bodies that no correct sender would send.

use proptest::prelude::*;

use super::*;
use crate::tests::mangled::{hold, mangle, run};

/// Avito without a server: what would be asked for is not there. All cases share one client: it reads the system's
/// certificates, which takes longer than a case.
struct Alone {
    avito: Avito,
    runtime: tokio::runtime::Runtime,
}

impl Alone {
    fn new() -> Self {
        base::http_client::install_crypto_provider();
        let config = base::config::Config::from_toml("").unwrap();
        let http = base::http_client::HttpClients::new(&config.network).unwrap();
        let api_url = url::Url::parse("http://127.0.0.1:9/").unwrap();
        let avito = Avito::new(&http, &base::config::Avito { api_url, client_id: None, client_secret: None });
        Self { avito, runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap() }
    }

    fn reads(&self, body: &[u8]) -> Result<Vec<InboundEvent>, NotReceived> {
        self.runtime.block_on(receive(&self.avito, &settings(), body, Words::new(Language::En)))
    }
}

fn read_alone(body: &[u8]) -> Result<Vec<InboundEvent>, NotReceived> {
    Alone::new().reads(body)
}

#[test]
fn invalid_json_is_unreadable() {
    for body in ["", "{", "nonsense", "\u{0}", "[1,2"] {
        assert_eq!(read_alone(body.as_bytes()), Err(NotReceived::Unreadable), "{body}");
    }
    for body in ["null", "1", "\"\"", r#"{"payload":{"type":"message","value":7}}"#] {
        let read = read_alone(body.as_bytes());
        assert!(matches!(&read, Err(NotReceived::Unreadable)), "{body}: {read:?}");
    }
    for body in ["[]", r#"{"id":"1"}"#, r#"{"payload":{}}"#, r#"{"payload":{"type":"message","value":{}}}"#] {
        let read = read_alone(body.as_bytes()).unwrap();
        assert!(matches!(read.as_slice(), [InboundEvent::Unknown(_)]), "{body}: {read:?}");
    }
}

#[test]
fn a_field_of_another_type_affects_no_other_field() {
    let mut post = fixture("hook_text");
    post["payload"]["value"]["created"] = json!("soon");
    post["payload"]["value"]["content"]["image"] = json!([1]);
    post["payload"]["value"]["quote"] = json!("x");
    let written = message(read_alone(post.to_string().as_bytes()).unwrap().remove(0));
    assert_eq!(
        (written.sent_at, shown(InboundEvent::Wrote(Box::new(written)))),
        (None, "text Ещё продаёте?".to_owned())
    );
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (alone, bodies) = (Alone::new(), SAMPLES.iter().map(|(name, _)| fixture(name)).collect::<Vec<_>>());
    mangle(300, &bodies, json!(SELLER), |_, body| hold(&alone.reads(body.as_bytes()).unwrap_or_default()));
}

#[test]
fn nothing_cut_or_garbled_breaks_its_reader() {
    let alone = Alone::new();
    run(300, (0..SAMPLES.len(), 0_usize..900, any::<u8>()), |(sample, cut, byte)| {
        let mut text = body(SAMPLES[sample].0).into_bytes();
        let at = cut.min(text.len() - 1);
        text[at] = byte;
        let _read = alone.reads(&text);
        let _read = alone.reads(&text[..at]);
        Ok(())
    });
}
