//! Lines connected on the messenger's own page: Meta's dialog and Avito's.

use base::config::Config;
use parom_tests::settings::HOST;
use parom_tests::{Beside, Engine, Place, Reply, Setup, Simulated, Visitor, state_of};
use serde_json::json;
use simulator::avito::{Avito, NewApp as AvitoApp, NewSeller};
use simulator::whatsapp::{Fault, NewApp, NewPhone, WhatsApp};
use uuid::Uuid;

use super::olga;

const META: &str = "/panel/sources/new/whatsapp";
const AVITO: &str = "/panel/sources/new/avito";
const WABA: &str = "220011223344556";
const OTHER_HOST: &str = "other.amocrm.ru";

/// The vendor has an application at both messengers.
fn with_apps(config: &mut Config) {
    config.whatsapp.app_id = Some(NewApp::default().id);
    config.whatsapp.app_secret = Some(NewApp::default().secret.into());
    config.whatsapp.config_id = Some("5005".into());
    config.avito.client_id = Some("app".into());
    config.avito.client_secret = Some("app-secret".into());
}

async fn world<M: Simulated>() -> (Beside<M>, Uuid) {
    let setup = Setup { change: with_apps, ..Setup::default() };
    let world = Beside::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    (world, tenant_id)
}

/// With one number that was not registered yet, and the account's owner.
async fn with_meta() -> (Beside<WhatsApp>, Uuid, Visitor) {
    let (world, tenant_id) = world::<WhatsApp>().await;
    let visitor = olga(&world, tenant_id).await;
    world.messenger.add_app(NewApp::default());
    world.messenger.add_waba(WABA, "Acme");
    world.messenger.add_phone(NewPhone { is_registered: false, ..NewPhone::of(WABA) });
    let phone = NewPhone::of(WABA).id;
    world.messenger.verify(&phone);
    (world, tenant_id, visitor)
}

async fn with_avito() -> (Beside<Avito>, Uuid, i64) {
    let (world, tenant_id) = world::<Avito>().await;
    let redirect_uri = format!("{}{AVITO}/consented", world.api.base());
    let app = AvitoApp {
        name: "Parom".to_owned(),
        client_id: "app".to_owned(),
        client_secret: "app-secret".to_owned(),
        redirect_uri,
    };
    world.messenger.add_app(app);
    let seller = world.messenger.add_seller(NewSeller::default());
    (world, tenant_id, seller)
}

/// The path and query of an address of ours.
fn path(address: &str) -> String {
    let url = url::Url::parse(address).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

/// Presses the button of the second step; returns the address of the messenger's page.
async fn leaves(visitor: &Visitor, step: &str) -> String {
    visitor.opens(&format!("{step}/consent")).await.is(303).header("location").to_owned()
}

/// Goes to the dialog and lets the app in; returns our address with the code.
async fn agrees(world: &Beside<WhatsApp>, visitor: &Visitor) -> String {
    let dialog = leaves(visitor, META).await;
    path(&world.messenger.answers_dialog(&dialog, Some(WABA)).unwrap())
}

/// The page that a refused return leads to.
async fn refused(visitor: &Visitor, back: &str, said: &str) -> Reply {
    let reply = visitor.opens(back).await.is(303);
    assert!(reply.header("location").ends_with("/access"), "{}", reply.header("location"));
    let page = visitor.opens(reply.header("location")).await.is(200);
    page.says(&[said]);
    page
}

#[tokio::test]
async fn a_number_is_connected_on_metas_page() {
    let (world, tenant_id, visitor) = with_meta().await;
    let access = visitor.does("/panel/sources/new", &[("kind", "whatsapp")]).await;
    access.says(&["Log in with Facebook", "Enter access details manually", "Phone number ID"]);
    let back = agrees(&world, &visitor).await;
    let line = visitor.goes(&back).await.is(200);
    line.says(&["What would you like to connect?", "+77010009900", "Acme", "PIN of the number"]);
    line.never_says(&["EAAB", "Biz"]);
    assert!(world.sandbox.sources(HOST).is_empty());
    let routing = visitor.does(&format!("{META}/line"), &[("set.mark_read", "1")]).await;
    routing.says(&["Step 3 of 4", "+77010009900"]);
    let made = visitor.does(&format!("{META}/routing"), &[("name", "Acme WhatsApp"), ("pipeline", "")]).await;
    made.says(&["was created in amoCRM", "Step 4 of 4"]);
    made.never_says(&["Paste these two values"]);
    let source = &world.sandbox.sources(HOST)[0];
    assert_eq!(source["services"][0]["params"]["waba"], true, "{source}");
    assert_eq!(source["services"][0]["pages"][0]["link"], "+77010009900", "{source}");
    assert_eq!(world.messenger.subscribed(WABA), [NewApp::default().id]);
    let sources = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    let settings = &sources.json["items"][0]["settings"];
    assert_eq!(settings["phone_number_id"], NewPhone::of(WABA).id);
    assert_eq!(sources.json["items"][0]["status"], "working", "{}", sources.text);
    world.close().await;
}

#[tokio::test]
async fn of_several_numbers_some_are_chosen() {
    let (world, _, visitor) = with_meta().await;
    let second = NewPhone { id: "330022334455999".into(), number: "77010009911".into(), ..NewPhone::of(WABA) };
    world.messenger.add_phone(second);
    let back = agrees(&world, &visitor).await;
    visitor.goes(&back).await.is(200).says(&["330022334455999", "330022334455667"]);
    let path = format!("{META}/line");
    visitor.sends(&path, &[]).await.is(422).says(&["Tick at least one."]);
    visitor.sends(&path, &[("line", "1")]).await.is(422).says(&["Tick at least one."]);
    visitor.does(&path, &[("line", "330022334455999")]).await.says(&["+77010009911"]);
    // Back from the third step: the choice again, or the form.
    let access = visitor.opens(&format!("{META}/access")).await.is(303);
    assert!(access.header("location").ends_with("/line"));
    visitor.opens(&format!("{META}/access?by=hand")).await.is(200).says(&["Permanent access token"]);
    world.close().await;
}

#[tokio::test]
async fn a_forged_a_used_a_late_and_a_strangers_state_connect_nothing() {
    let (world, tenant_id, visitor) = with_meta().await;
    let said = "does not match your request";
    let back = agrees(&world, &visitor).await;
    let state = state_of(&format!("http://parom.example{back}"));
    for forged in ["", "x", &"A".repeat(43)] {
        refused(&visitor, &back.replace(&state, forged), said).await;
    }
    // Another person of the same account, signed in here, with the address of a code that they could misuse.
    let other = world.panel_as(tenant_id, 2003, "Boris", true).await;
    refused(&other, &back, said).await;
    // The same person in another session, and another messenger.
    refused(&olga(&world, tenant_id).await, &back, said).await;
    refused(&visitor, &back.replace("/whatsapp/", "/avito/"), said).await;
    visitor.goes(&back).await.is(200).says(&["What would you like to connect?"]);
    // Used once; what it brought stays.
    let again = visitor.opens(&back).await.is(303);
    assert!(again.header("location").ends_with("/line"));
    visitor.opens(again.header("location")).await.is(200).says(&[said, "What would you like to connect?"]);
    let late = agrees(&world, &visitor).await;
    world.advance(std::time::Duration::from_secs(31 * 60));
    refused(&olga(&world, tenant_id).await, &late, said).await;
    let stale = visitor.opens(&late).await.is(303);
    assert!(stale.header("location").ends_with("/access"));
    visitor.opens(stale.header("location")).await.is(200).says(&[said]);
    world.close().await;
}

#[tokio::test]
async fn a_number_that_works_elsewhere_is_not_taken() {
    let (world, _, visitor) = with_meta().await;
    let connects = async |visitor: &Visitor| {
        let back = agrees(&world, visitor).await;
        visitor.goes(&back).await.is(200);
        visitor.sends(&format!("{META}/line"), &[]).await
    };
    connects(&visitor).await.is(303);
    visitor.does(&format!("{META}/routing"), &[("name", "First"), ("pipeline", "")]).await;
    // Again in the same account: its source gets new access, as after one that was lost.
    let again = connects(&visitor).await.is(303);
    visitor.opens(again.header("location")).await.is(200).says(&["“First” has access again."]);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    world.owner(OTHER_HOST).installs_in_a_browser().await.is(200);
    let other = olga(&world, world.active(OTHER_HOST).await).await;
    let taken = connects(&other).await.is(422);
    taken.says(&["+77010009900"]);
    taken.never_says(&["First"]);
    world.close().await;
}

#[tokio::test]
async fn a_seller_is_connected_on_avitos_page() {
    let (world, tenant_id, seller) = with_avito().await;
    let visitor = olga(&world, tenant_id).await;
    visitor.does("/panel/sources/new", &[("kind", "avito")]).await.says(&["Log in with Avito", "Client ID"]);
    let consent = leaves(&visitor, AVITO).await;
    let pairs: std::collections::BTreeMap<_, _> =
        url::Url::parse(&consent).unwrap().query_pairs().into_owned().collect();
    let consents = |seller| world.messenger.consent("app", &pairs["scope"], &pairs["state"], seller).unwrap();
    let back = path(&consents(seller));
    visitor.goes(&back).await.is(200).says(&["Мебель Акме"]);
    visitor.does(&format!("{AVITO}/line"), &[("set.mark_read", "1")]).await.says(&["Step 3 of 4", "Мебель Акме"]);
    visitor.does(&format!("{AVITO}/routing"), &[("name", "Avito"), ("pipeline", "")]).await.says(&["Step 4 of 4"]);
    let sources = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    assert_eq!(sources.json["items"][0]["status"], "working", "{}", sources.text);
    assert_eq!(sources.json["items"][0]["settings"]["mark_read"], json!(true));
    let consent = leaves(&visitor, AVITO).await;
    let state = state_of(&consent);
    let declined = path(&world.messenger.consent("app", "", &state, 0).unwrap());
    refused(&visitor, &declined, "access was not granted").await;
    world.close().await;
}

// Steps behind Meta's page that are refused: each says why and one thing to do, and can be repeated.

const LINE: &str = "/panel/sources/new/whatsapp/line";

/// On the page that offers the number.
async fn offered(world: &Beside<WhatsApp>, visitor: &Visitor) {
    let back = agrees(world, visitor).await;
    visitor.goes(&back).await.is(200).says(&["What would you like to connect?"]);
}

fn refuses(code: i64, message: &str) -> Fault {
    Fault::refuse(400, code, message)
}

#[tokio::test]
async fn a_code_that_was_used_is_asked_for_again() {
    let (world, _, visitor) = with_meta().await;
    let first = agrees(&world, &visitor).await;
    visitor.goes(&first).await.is(200);
    let code = |back: &str| back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let second = agrees(&world, &visitor).await;
    let used = second.replace(&code(&second), &code(&first));
    assert_ne!(state_of(&format!("http://parom.example{first}")), state_of(&format!("http://parom.example{used}")));
    let page = refused(&visitor, &used, "WhatsApp Business did not confirm the access.").await;
    page.says(&["Nothing was connected. Press the button again.", "works once", "Log in with Facebook"]);
    offered(&world, &visitor).await;
    world.close().await;
}

#[tokio::test]
async fn a_refused_subscription_says_what_to_give_and_can_be_repeated() {
    let (world, _, visitor) = with_meta().await;
    offered(&world, &visitor).await;
    world.messenger.faults().next("subscribed_apps", 1, refuses(200, "(#200) Permissions error"));
    let page = visitor.sends(LINE, &[]).await.is(422);
    page.says(&[
        "Nothing is connected yet.",
        "Permissions error. Give Parom full control of the account in Meta’s window",
    ]);
    page.never_says(&["EAAB"]);
    assert!(world.messenger.calls_of("register").is_empty() && world.sandbox.sources(HOST).is_empty());
    visitor.does(LINE, &[]).await.says(&["Step 3 of 4"]);
    assert_eq!(world.messenger.subscribed(WABA), [NewApp::default().id]);
    world.close().await;
}

/// Of a number with a PIN of its own that is asked for; after five wrong guesses Meta takes none for a while.
#[tokio::test]
async fn a_registered_number_takes_its_own_pin_only() {
    let (world, _, visitor) = with_meta().await;
    world.messenger.set_pin(&NewPhone::of(WABA).id, "424242");
    offered(&world, &visitor).await;
    visitor.sends(LINE, &[("set.pin", "42")]).await.is(422).says(&["A PIN has six digits."]);
    for guess in ["000001", "000002", "000003", "000004", "000005"] {
        let page = visitor.sends(LINE, &[("set.pin", guess)]).await.is(422);
        page.says(&["the number has its own PIN. Enter it, or turn two-step verification off in WhatsApp Manager"]);
    }
    visitor.sends(LINE, &[("set.pin", "424242")]).await.is(422).says(&["Too many PIN tries. Wait and try again."]);
    assert!(world.sandbox.sources(HOST).is_empty());
    world.close().await;
    let (world, _, visitor) = with_meta().await;
    world.messenger.set_pin(&NewPhone::of(WABA).id, "424242");
    offered(&world, &visitor).await;
    visitor.sends(LINE, &[]).await.is(422).says(&["Nothing is connected yet.", "the number has its own PIN"]);
    visitor.does(LINE, &[("set.pin", "424242")]).await.says(&["Step 3 of 4"]);
    world.close().await;
}

#[tokio::test]
async fn a_number_that_cannot_be_registered_says_what_to_do() {
    let (world, tenant_id) = world::<WhatsApp>().await;
    world.messenger.add_app(NewApp::default());
    world.messenger.add_waba(WABA, "Acme");
    let phone = world.messenger.add_phone(NewPhone { is_registered: false, ..NewPhone::of(WABA) });
    let visitor = olga(&world, tenant_id).await;
    offered(&world, &visitor).await;
    visitor.sends(LINE, &[]).await.is(422).says(&["The number must be verified again by a code."]);
    world.messenger.verify(&phone);
    for (code, message, said) in [
        (133_015, "Please wait", "The number was just deleted. Try again in minutes."),
        (133_016, "Too many", "Too many registrations. Try again in 72 hours."),
        (
            100,
            "Invalid parameter",
            "Meta did not register the number: Invalid parameter. Check the number in WhatsApp Manager",
        ),
    ] {
        world.messenger.faults().next("register", 1, refuses(code, message));
        visitor.sends(LINE, &[]).await.is(422).says(&["Nothing is connected yet.", said]);
    }
    visitor.does(LINE, &[]).await.says(&["Step 3 of 4"]);
    visitor.does(&format!("{META}/routing"), &[("name", "Acme"), ("pipeline", "")]).await.says(&["Step 4 of 4"]);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    world.close().await;
}
