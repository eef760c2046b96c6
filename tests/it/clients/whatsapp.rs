//! An app of another maker's client against the simulated WhatsApp (`doubles`): what the one says, the other remembers.

use std::path::Path;

use doubles::whatsapp::{Content, NewApp, NewPerson, NewPhone, Options, WhatsApp};
use serde_json::json;

use super::{Client, folder, installed};

const MARIA: &str = "77010001122";

/// A client from the npm registry, which reads one message a body.
#[tokio::test]
async fn an_app_of_whatsapp_api_js_sends_and_hears() {
    let Some(node) = installed("PAROM_TEST_NODE_CLIENTS") else {
        return;
    };
    base::http_client::install_crypto_provider();
    let whatsapp = WhatsApp::start(Options::default()).await.unwrap();
    let app = whatsapp.add_app(NewApp::default());
    let waba = whatsapp.add_waba("220011223344556", "Acme");
    let phone = whatsapp.add_phone(NewPhone::of(&waba));
    let token = whatsapp.add_token(&app.id, &[&waba]);
    let maria = whatsapp.add_person(NewPerson::default());
    let customer = whatsapp.customer(maria, &phone);
    let first = customer.writes("Здравствуйте").unwrap();
    let files = folder("").join("../../doubles/assets/samples");
    let given = [
        ("base", whatsapp.base_url()),
        ("token", &token),
        ("secret", &app.secret),
        ("verify", "vt_of_npm"),
        ("phone", &phone),
        ("to", MARIA),
        ("first", &first),
        ("files", files.to_str().unwrap()),
    ];
    let mut client = Client::start(Path::new("node"), &node, "whatsapp_api_js.mjs", &given);
    let callback = client.line().await["callback"].as_str().unwrap().to_owned();
    whatsapp.set_callback(&app.id, &callback, "vt_of_npm").await.expect("the handshake");
    whatsapp.subscribe(&app.id, &waba);
    client.say("go").await;
    let told = client.line().await;
    let sent = whatsapp.sent(&phone);
    let by = |name: &str| sent.iter().find(|one| told["sent"][name] == *one.id).unwrap_or_else(|| panic!("{told}"));
    for (name, kind) in [
        ("text", "text"),
        ("image", "image"),
        ("document", "document"),
        ("location", "location"),
        ("contact", "contacts"),
        ("buttons", "interactive"),
        ("list", "interactive"),
        ("url", "interactive"),
    ] {
        assert_eq!((by(name).kind.as_str(), by(name).error), (kind, None), "{name}");
    }
    assert_eq!(by("text").quoted.as_deref(), Some(first.as_str()));
    assert_eq!(whatsapp.chat(&phone, maria)[0].reactions, [("business", "👍".to_owned())]);
    assert_eq!(told["deleted"], json!({"success": true}));
    assert_eq!(client.line().await["refused"]["code"], 100);
    customer.presses(&by("buttons").id, 1).unwrap();
    let pressed = client.line().await;
    assert_eq!(
        (&pressed["text"], &pressed["name"], &pressed["read"]),
        (&json!("no"), &json!("Maria K."), &json!({"success": true}))
    );
    customer.chooses(&by("list").id, "pickup").unwrap();
    assert_eq!(client.line().await["text"], "pickup");
    customer.sends(Content::image("Вот такой")).unwrap();
    let heard = client.line().await;
    let file = whatsapp.chat(&phone, maria).pop().unwrap().file.unwrap();
    assert_eq!((&heard["heard"], heard["size"].as_u64()), (&json!("image"), u64::try_from(file.bytes.len()).ok()));
    whatsapp.fails(&by("text").id, 131_047);
    let failed = client.line().await;
    assert_eq!((&failed["code"], &failed["tracker"]), (&json!(131_047), &json!("letter-text")), "{failed}");
    client.say("stop").await;
    client.ends_well().await;
    whatsapp.stop().await;
}
