//! Lines connected on the messenger's own page: Meta's dialog and Avito's.

use base::config::Config;
use entity::source;
use parom_tests::settings::HOST;
use parom_tests::{Beside, Engine, Place, Reply, Setup, Simulated, Visitor, state_of};
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret;
use serde_json::json;
use simulator::avito::{Avito, NewApp as AvitoApp, NewSeller};
use simulator::whatsapp::{Fault, NewApp, NewPhone, WhatsApp};
use uuid::Uuid;

use super::olga;

const META: &str = "/panel/sources/new/whatsapp";
const AVITO: &str = "/panel/sources/new/avito";
const WABA: &str = "220011223344556";
/// The ticks of the two numbers.
const FIRST: (&str, &str) = ("line", "330022334455667");
const SECOND: (&str, &str) = ("line", "330022334455999");
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

/// With a second number, so that a person chooses.
async fn with_two_numbers() -> (Beside<WhatsApp>, Uuid, Visitor) {
    let (world, tenant_id, visitor) = with_meta().await;
    adds_a_number(&world);
    (world, tenant_id, visitor)
}

fn adds_a_number(world: &Beside<WhatsApp>) {
    world.messenger.add_phone(NewPhone { id: SECOND.1.into(), number: "77010009911".into(), ..NewPhone::of(WABA) });
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
    let routing = visitor.goes(&back).await.is(200);
    routing.says(&["Step 3 of 4", "+77010009900"]);
    routing.never_says(&["EAAB", "Biz"]);
    assert!(world.sandbox.sources(HOST).is_empty());
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
    let (world, tenant_id, visitor) = with_two_numbers().await;
    let back = agrees(&world, &visitor).await;
    let line = visitor.goes(&back).await.is(200);
    line.says(&["What would you like to connect?", "+77010009900", "Acme"]);
    line.never_says(&["PIN of the number"]);
    // They were chosen on Meta's page.
    line.says(&["value=\"330022334455999\" checked", "value=\"330022334455667\" checked"]);
    line.never_says(&["EAAB"]);
    let path = format!("{META}/line");
    visitor.sends(&path, &[]).await.is(422).says(&["Tick at least one."]);
    visitor.sends(&path, &[("line", "1")]).await.is(422).says(&["Tick at least one."]);
    visitor.does(&path, &[SECOND, ("set.mark_read", "1")]).await.says(&["+77010009911"]);
    // Back from the third step: the choice again, or the form.
    let access = visitor.opens(&format!("{META}/access")).await.is(303);
    assert!(access.header("location").ends_with("/line"));
    visitor.opens(&format!("{META}/access?by=hand")).await.is(200).says(&["Permanent access token"]);
    visitor.does(&format!("{META}/routing"), &[("name", "Second"), ("pipeline", "")]).await.says(&["Step 4 of 4"]);
    let sources = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    assert_eq!(sources.json["items"][0]["settings"]["mark_read"], json!(true));
    world.close().await;
}

#[tokio::test]
async fn a_forged_a_used_a_late_and_a_strangers_state_connect_nothing() {
    let (world, tenant_id, visitor) = with_two_numbers().await;
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
        visitor.goes(&back).await.is(200)
    };
    connects(&visitor).await.says(&["Step 3 of 4"]);
    visitor.does(&format!("{META}/routing"), &[("name", "First"), ("pipeline", "")]).await;
    // Again in the same account: its source gets new access, as after one that was lost.
    connects(&visitor).await.says(&["Connected already", "source “First”"]);
    visitor.does(LINE, &[]).await.says(&["“First” has access again."]);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    world.owner(OTHER_HOST).installs_in_a_browser().await.is(200);
    let other = olga(&world, world.active(OTHER_HOST).await).await;
    let taken = connects(&other).await;
    taken.says(&["Nothing is connected yet.", "+77010009900"]);
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
    visitor.goes(&back).await.is(200).says(&["Step 3 of 4", "Мебель Акме"]);
    visitor.does(&format!("{AVITO}/routing"), &[("name", "Avito"), ("pipeline", "")]).await.says(&["Step 4 of 4"]);
    let sources = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    assert_eq!(sources.json["items"][0]["status"], "working", "{}", sources.text);
    let consent = leaves(&visitor, AVITO).await;
    let state = state_of(&consent);
    let declined = path(&world.messenger.consent("app", "", &state, 0).unwrap());
    refused(&visitor, &declined, "access was not granted").await;
    world.close().await;
}

/// Avito takes back the former tokens as soon as it has issued new ones, so these are kept until the database takes them.
#[tokio::test]
async fn tokens_that_cannot_be_stored_at_once_are_stored_later() {
    let (world, tenant_id, seller) = with_avito().await;
    let visitor = olga(&world, tenant_id).await;
    let state = state_of(&leaves(&visitor, AVITO).await);
    let scope = "messenger:read,messenger:write,user:read";
    visitor.goes(&path(&world.messenger.consent("app", scope, &state, seller).unwrap())).await.is(200);
    visitor.does(&format!("{AVITO}/routing"), &[("name", "Avito"), ("pipeline", "")]).await.says(&["Step 4 of 4"]);
    let token = async || {
        let source = source::Entity::of_tenant(tenant_id).one(world.app().store.read()).await.unwrap().unwrap();
        let settings = parom::settings::open(world.app(), &source).unwrap();
        (settings.secrets["access_token"].expose_secret().to_owned(), source.status)
    };
    let db = world.app().store.write();
    let (first, _) = token().await;
    db.execute_unprepared(
        "CREATE TRIGGER full BEFORE UPDATE OF secrets ON source BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    .await
    .unwrap();
    world.advance(std::time::Duration::from_secs(13 * 3_600));
    world.works("renewals").await;
    assert_eq!(token().await.0, first, "nothing can be stored");
    db.execute_unprepared("DROP TRIGGER full").await.unwrap();
    world.hurries("renewals").await;
    world.works("renewals").await;
    let (second, status) = token().await;
    assert!(second != first && status == "working", "{status}");
    // Avito knows them: it issues the next ones for them.
    world.advance(std::time::Duration::from_secs(13 * 3_600));
    world.works("renewals").await;
    let (third, status) = token().await;
    assert!(third != second && status == "working", "{status}");
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
    let (world, _, visitor) = with_two_numbers().await;
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
    world.messenger.faults().next("subscribed_apps", 1, refuses(200, "(#200) Permissions error"));
    let back = agrees(&world, &visitor).await;
    let page = visitor.goes(&back).await.is(200);
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
    let (world, _, visitor) = with_two_numbers().await;
    world.messenger.set_pin(&NewPhone::of(WABA).id, "424242");
    offered(&world, &visitor).await;
    visitor.sends(LINE, &[FIRST, ("set.pin", "42")]).await.is(422).says(&["A PIN has six digits."]);
    for guess in ["000001", "000002", "000003", "000004", "000005"] {
        let page = visitor.sends(LINE, &[FIRST, ("set.pin", guess)]).await.is(422);
        page.says(&["the number has its own PIN. Enter it, or turn two-step verification off in WhatsApp Manager"]);
    }
    visitor
        .sends(LINE, &[FIRST, ("set.pin", "424242")])
        .await
        .is(422)
        .says(&["Too many PIN tries. Wait and try again."]);
    assert!(world.sandbox.sources(HOST).is_empty());
    world.close().await;
    let (world, _, visitor) = with_two_numbers().await;
    world.messenger.set_pin(&NewPhone::of(WABA).id, "424242");
    offered(&world, &visitor).await;
    let refused = visitor.sends(LINE, &[FIRST]).await.is(422);
    refused.says(&["Nothing is connected yet.", "the number has its own PIN", "PIN of the number"]);
    visitor.does(LINE, &[FIRST, ("set.pin", "424242")]).await.says(&["Step 3 of 4"]);
    world.close().await;
}

#[tokio::test]
async fn a_number_that_cannot_be_registered_says_what_to_do() {
    let (world, tenant_id) = world::<WhatsApp>().await;
    world.messenger.add_app(NewApp::default());
    world.messenger.add_waba(WABA, "Acme");
    let phone = world.messenger.add_phone(NewPhone { is_registered: false, ..NewPhone::of(WABA) });
    adds_a_number(&world);
    let visitor = olga(&world, tenant_id).await;
    offered(&world, &visitor).await;
    visitor.sends(LINE, &[FIRST]).await.is(422).says(&["The number must be verified again by a code."]);
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
        visitor.sends(LINE, &[FIRST]).await.is(422).says(&["Nothing is connected yet.", said]);
    }
    visitor.does(LINE, &[FIRST]).await.says(&["Step 3 of 4"]);
    visitor.does(&format!("{META}/routing"), &[("name", "Acme"), ("pipeline", "")]).await.says(&["Step 4 of 4"]);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    world.close().await;
}
