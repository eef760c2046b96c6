//! Customers whom a site names by its signed token.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use parom_tests::settings::HOST;
use parom_tests::{Visitor, World, both};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{OnSite, SHOP, chat_of, chat_with};

/// A token as a site makes it.
pub fn signed(secret: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Has the panel make a secret, and reads it from the page that shows it once.
pub async fn new_secret(panel: &Visitor, source: &str) -> String {
    let path = format!("/panel/sources/{source}/secret");
    panel.opens(&path).await.is(200).says(&["signed token"]);
    let made = panel.sends(&path, &[]).await.is(303);
    let shown = panel.opens(&made.is_redirect()).await.is(200);
    let secret = shown.between("<code", "</code>").and_then(|rest| rest.split('>').next_back()).unwrap().to_owned();
    assert_eq!(secret.len(), 43, "{secret}");
    panel.opens(&made.is_redirect()).await.is(303);
    secret
}

async fn a_customer_is_the_same_on_every_device(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP], "ask": ["name"]})).await;
    let panel = world.panel(world.active(HOST).await).await;
    let secret = new_secret(&panel, &source).await;
    let read = world.api.get(&format!("/api/v1/sources/{source}")).await.is(200);
    assert!(!read.text.contains("secret") && !read.text.contains(&secret), "{}", read.text);
    let exp = world.clock.millis() / 1000 + 3600;
    let claims = json!({"sub": "17", "name": "Anna", "phone": "+79151112233", "email": "nonsense", "exp": exp});
    let with = |token: String| OnSite { token, ..OnSite::new(&source) };
    let phone = with(signed(&secret, &claims));
    let desk = with(signed(&secret, &json!({"sub": "17", "exp": exp + 60})));
    phone.writes(world, "From the phone").await.is(202);
    desk.writes(world, "From the desk").await.is(202);
    assert_eq!(desk.texts(world).await, ["From the phone", "From the desk"]);
    world.deliver_all().await;
    let there = world.sandbox.messages(HOST);
    assert_eq!((there[0].chat_id.as_str(), there[1].sender_name.as_str()), (there[1].chat_id.as_str(), "Anna"));
    let profile = &there[0].payload["sender"]["profile"];
    assert_eq!((&profile["phone"], &profile["email"]), (&json!("+79151112233"), &json!(null)), "{profile}");
    world.sandbox.manager_says(HOST, &chat_of(world, "From the desk"), "Hello Anna").await.unwrap();
    world.deliver_all().await;
    assert_eq!(phone.texts(world).await.last().unwrap(), "Hello Anna");

    // Others see nothing of it: another customer, a token without a subject, no token.
    assert!(with(signed(&secret, &json!({"sub": "18", "exp": exp}))).texts(world).await.is_empty());
    assert!(OnSite::new(&source).texts(world).await.is_empty());
    for forged in [signed("another secret", &claims), signed("", &claims), format!("{}x", phone.token)] {
        with(forged).gets(world, "/history").await.is(401);
    }
    world.advance(Duration::from_secs(3600 + 31));
    phone.writes(world, "Too late").await.is(401);
    assert_eq!(phone.gets(world, "/history").await.is(401).header("access-control-allow-origin"), SHOP);
}

async fn a_new_secret_overlaps_for_a_day(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let panel = world.panel(world.active(HOST).await).await;
    let anna = |secret: &str| {
        let exp = world.clock.millis() / 1000 + 60;
        OnSite { token: signed(secret, &json!({"sub": "anna", "exp": exp})), ..OnSite::new(&source) }
    };
    anna("no secret yet").gets(world, "/history").await.is(401);
    let first = new_secret(&panel, &source).await;
    let second = new_secret(&panel, &source).await;
    assert_ne!(first, second);
    anna(&first).gets(world, "/history").await.is(200);
    // The API makes them too, and shows them once.
    let path = format!("/api/v1/sources/{source}");
    let made = world.api.post(&format!("{path}/rotate-secret"), &json!({})).await.is(200);
    assert_eq!(made.json.as_object().unwrap().keys().collect::<Vec<_>>(), ["site_secret"]);
    let third = made.text_at("/site_secret");
    assert!(!world.api.get(&path).await.is(200).text.contains(&third));
    anna(&first).gets(world, "/history").await.is(401);
    let (first, second) = (second, third);
    for secret in [&first, &second] {
        anna(secret).gets(world, "/history").await.is(200);
    }
    // Changed settings leave the secrets as they are.
    let settings = json!({"settings": {"allowed_origins": [SHOP], "title": "Shop"}});
    world.api.patch(&format!("/api/v1/sources/{source}"), &settings).await.is(200);
    anna(&second).gets(world, "/history").await.is(200);
    world.advance(Duration::from_secs(24 * 3600 + 1));
    anna(&first).gets(world, "/history").await.is(401);
    anna(&second).gets(world, "/history").await.is(200);
}

both!(a_customer_is_the_same_on_every_device, a_new_secret_overlaps_for_a_day);
