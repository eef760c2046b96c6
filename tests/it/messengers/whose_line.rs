//! Whose line it is: the messenger's own word about a token, never what the settings say. `EVIL` wants what is the other
//! account's.

use base::config::Config;
use entity::source;
use parom_tests::settings::HOST;
use parom_tests::{Beside, Reply, Simulated, World, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use simulator::meta::{AccountView, Fault, NewAccount, NewApp, NewPerson};
use simulator::vk::NewCommunity;
use uuid::Uuid;

use super::meta::{APP_SECRET, VendorsWorld, has_app, wrote};
use crate::contract::{signed, watched};

type VkWorld = Beside<simulator::vk::Vk>;

const EVIL: &str = "evil.amocrm.ru";

/// Nothing is asked of Meta: how an attacker's source came to be before identity was proved.
fn trusts_settings(config: &mut Config) {
    has_app(config);
    config.facebook.trust_settings = true;
}

/// A source in an account, which is installed if necessary.
async fn asks<M: Simulated>(world: &Beside<M>, host: &str, kind: &str, id: &str, settings: Value) -> Reply {
    if world.tenant(host).await.is_none() {
        world.owner(host).installs_in_a_browser().await.is(200);
    }
    let tenant_id = world.active(host).await;
    let body = json!({ "kind": kind, "name": format!("{kind} {id}"), "external_id": id, "settings": settings });
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await
}

fn texts(world: &World, host: &str) -> Vec<String> {
    world.sandbox.messages(host).into_iter().filter(|one| one.msgid.is_some()).map(|one| one.text).collect()
}

/// The source lost its line: it is stopped, and its account has an alert that names the line.
async fn has_lost(world: &World, made: &Reply, line: &str) {
    let shown = world.api.get(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(200);
    assert_eq!(shown.json["status"], "stopped", "{}", shown.text);
    assert!(shown.text.contains(line), "{}", shown.text);
    let tenant_id: Uuid = made.text_at("/tenant_id").parse().unwrap();
    let open = parom::alert::open(world.app().store.read(), tenant_id).await.unwrap();
    assert!(open.iter().any(|alert| alert.kind == "source_stopped" && alert.detail.contains(line)), "{open:?}");
}

/// Messages arrived at a source.
async fn was_proved(world: &World, made: &Reply) {
    let id: Uuid = made.text_at("/id").parse().unwrap();
    let done = source::Entity::update_many()
        .col_expr(source::Column::ProvedAt, Expr::value(world.app().clock.millis()))
        .filter(source::Column::TenantId.eq(made.text_at("/tenant_id").parse::<Uuid>().unwrap()))
        .filter(source::Column::Id.eq(id));
    assert_eq!(done.exec(world.app().store.write()).await.unwrap().rows_affected, 1);
    world.app().lookup.forget();
}

/// An app's own token, which anybody gets in a minute, reads pages that are not its own.
async fn n1_the_token_of_an_app_claims_no_account(vendors: &mut VendorsWorld) {
    let (world, app) = (&mut vendors.world, &vendors.app);
    let page = world.messenger.add_account(app, NewAccount::facebook());
    let instagram = world.messenger.add_account(app, NewAccount::instagram());
    let others = world.messenger.add_account(app, NewAccount::facebook());
    let plain = world.messenger.add_app(NewApp::default()).token();
    let reading = world.messenger.add_app(NewApp { reads_public_pages: true, ..NewApp::default() }).token();
    for (number, token) in [plain.as_str(), &reading, &others.token, "EAAnonsense"].into_iter().enumerate() {
        let settings = json!({ "page_id": page.id, "access_token": token });
        let refused = asks(world, EVIL, "facebook", &format!("fb-{number}"), settings).await.is(422);
        assert_eq!(refused.wrong_fields(), ["/settings/access_token"], "{}", refused.text);
        let settings =
            json!({ "account_id": instagram.id, "access_token": token, "app_secret": "s", "verify_token": "v" });
        asks(world, EVIL, "instagram", &format!("ig-{number}"), settings).await.is(422);
    }
    assert!(world.messenger.subscribed(&page.id, &app.id).is_none(), "nothing was subscribed");
    let settings = json!({ "page_id": page.id, "access_token": page.token });
    asks(world, HOST, "facebook", "fb", settings).await.is(201);
    let anna = world.messenger.add_person(NewPerson::default());
    world.messenger.customer(anna, &page.id).writes("My card number is 4444").unwrap();
    world.messenger.deliver_all().await;
    world.deliver_all().await;
    assert_eq!((texts(world, HOST), texts(world, EVIL)), (vec!["My card number is 4444".to_owned()], Vec::new()));
}

/// A page, and a source that claimed it before that had to be proved, and received messages.
async fn squatted(vendors: &mut VendorsWorld) -> (AccountView, Reply) {
    let (world, app) = (&mut vendors.world, &vendors.app);
    let foreign = world.messenger.add_app(NewApp::default()).token();
    world.setup_is(trusts_settings);
    world.restart().await;
    let page = world.messenger.add_account(app, NewAccount::facebook());
    let settings = json!({ "page_id": page.id, "access_token": foreign });
    // Only its rights are refused.
    let evil = asks(world, EVIL, "facebook", "fb", settings).await.is(201);
    world.setup_is(has_app);
    world.restart().await;
    was_proved(world, &evil).await;
    (page, evil)
}

/// The process that gave the line to another source ended before it notified the account of this one.
async fn was_not_notified(world: &World, made: &Reply) {
    let tenant_id: Uuid = made.text_at("/tenant_id").parse().unwrap();
    let id: Uuid = made.text_at("/id").parse().unwrap();
    let done = source::Entity::update_many()
        .col_expr(source::Column::Status, Expr::value("working"))
        .col_expr(source::Column::StatusReason, Expr::value(""))
        .filter(source::Column::TenantId.eq(tenant_id))
        .filter(source::Column::Id.eq(id));
    assert_eq!(done.exec(world.app().store.write()).await.unwrap().rows_affected, 1);
    let (app, kind) = (world.app(), "source_stopped");
    parom::alert::resolve(app, app.store.write(), tenant_id, kind, &id.to_string()).await.unwrap();
    app.lookup.forget();
}

/// A line that is claimed with another line's credentials is nobody's as soon as Meta is asked, although nobody else wants it.
async fn n1_the_watch_takes_a_line_from_foreign_credentials(vendors: &mut VendorsWorld) {
    let (page, evil) = squatted(vendors).await;
    let world = &mut vendors.world;
    watched(world).await;
    let shown = world.api.get(&format!("/api/v1/sources/{}", evil.text_at("/id"))).await.is(200);
    assert_eq!(shown.json["status"], "stopped", "{}", shown.text);
    let body = wrote(&page.id, "My card number is 4444");
    let url = format!("{}/hooks/facebook", world.app().public_url());
    let call = parom_tests::client().post(url).header("x-hub-signature-256", signed(APP_SECRET, &body));
    assert_eq!(call.body(body).send().await.unwrap().status(), 200);
    world.deliver_all().await;
    assert_eq!((texts(world, EVIL), world.quarantined().await), (Vec::new(), vec!["unknown_line".to_owned()]));
    let settings = json!({ "page_id": page.id, "access_token": page.token });
    asks(world, HOST, "facebook", "fb", settings).await.is(201);
}

/// A source that claimed a page before that had to be proved loses it to a source that proves it, also if it received messages.
async fn n1_a_claim_without_a_proof_yields_to_one(vendors: &mut VendorsWorld) {
    let (page, evil) = squatted(vendors).await;
    let world = &mut vendors.world;
    let settings = json!({ "page_id": page.id, "access_token": page.token });
    let made = asks(world, HOST, "facebook", "fb", settings).await.is(201);
    assert_eq!(made.json["status"], "working", "{}", made.text);
    has_lost(world, &evil, "acmeflowers").await;
    // Its account is notified, whatever happened to the process that took the line.
    was_not_notified(world, &evil).await;
    for _ in 0..2 {
        watched(world).await;
        has_lost(world, &evil, "acmeflowers").await;
    }
    let anna = world.messenger.add_person(NewPerson::default());
    world.messenger.customer(anna, &page.id).writes("Hello").unwrap();
    world.messenger.deliver_all().await;
    world.deliver_all().await;
    assert_eq!((texts(world, HOST), texts(world, EVIL)), (vec!["Hello".to_owned()], Vec::new()));
}

/// A source whose subscription Meta refuses never received anything: it does not keep others out.
async fn a_claim_that_never_could_receive_yields(vendors: &mut VendorsWorld) {
    let (world, app) = (&mut vendors.world, &vendors.app);
    let page = world.messenger.add_account(app, NewAccount::facebook());
    let second = || world.messenger.add_token(app, &page.id, None);
    let settings = |token: &str| json!({ "page_id": page.id, "access_token": token });
    let refusal = Fault::refuse(403, 200, "(#200) Requires pages_manage_metadata permission");
    world.messenger.faults().until_cleared("subscribed_apps", refusal);
    let first = asks(world, EVIL, "facebook", "fb", settings(&second())).await.is(201);
    world.messenger.faults().clear();
    asks(world, HOST, "facebook", "fb", settings(&second())).await.is(201);
    has_lost(world, &first, "acmeflowers").await;
    // One that receives keeps its line, although others have a token of it too.
    let taken = asks(world, EVIL, "facebook", "fb-2", settings(&second())).await.is(409);
    assert!(taken.text.contains("line_taken"), "{}", taken.text);
    // A subscription that Meta does not show to a token is no proof of one.
    let page = world.messenger.add_account(app, NewAccount::facebook());
    let settings = json!({ "page_id": page.id, "access_token": page.token });
    let made = asks(world, HOST, "facebook", "fb-3", settings).await.is(201);
    let refusal = Fault::refuse(400, 100, "Unsupported get request.");
    world.messenger.faults().until_cleared("subscribed_apps", refusal);
    watched(world).await;
    let shown = world.api.get(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(200);
    assert_eq!(shown.json["status"], "stopped", "{}", shown.text);
}

/// VK describes any community to any token, if it is asked with an id.
async fn n2_the_key_of_another_community_claims_none(world: &mut VkWorld) {
    let evil = world.messenger.add_community(NewCommunity { name: "Evil".to_owned(), ..NewCommunity::default() });
    let good = world.messenger.add_community(NewCommunity::default());
    let settings = json!({ "group_id": good.id, "access_token": evil.token });
    let refused = asks(world, EVIL, "vk", "vk-1", settings).await.is(422);
    assert!(refused.text.contains("another community"), "{}", refused.text);
    let settings = json!({ "group_id": good.id, "access_token": good.token });
    asks(world, HOST, "vk", "vk-1", settings).await.is(201);
}

/// A community has ten callback servers at most.
async fn p6_a_community_without_a_free_server_is_refused(world: &mut VkWorld) {
    let made = world.messenger.add_community(NewCommunity::default());
    let url = |method: &str| format!("{}/method/{method}", world.messenger.base_url());
    let call = async |method: &str, more: &str| {
        let form = format!("access_token={}&v=5.199&group_id={}&{more}", made.token, made.id);
        let asked = parom_tests::client().post(url(method)).header("content-type", "application/x-www-form-urlencoded");
        assert!(asked.body(form).send().await.unwrap().status().is_success());
    };
    for number in 0..10 {
        call("groups.addCallbackServer", &format!("url=http%3A%2F%2F127.0.0.1%3A1%2F{number}&title=Other")).await;
    }
    let settings = json!({ "group_id": made.id, "access_token": made.token });
    let refused = asks(world, HOST, "vk", "vk-1", settings.clone()).await.is(409);
    assert!(refused.text.contains("10 callback servers") && refused.text.contains("Remove one"), "{}", refused.text);
    assert!(world.sandbox.sources(HOST).iter().all(|one| one["external_id"] != "vk-1"), "nothing is half-made");
    let first = world.messenger.servers(made.id).remove(0).id;
    call("groups.deleteCallbackServer", &format!("server_id={first}")).await;
    asks(world, HOST, "vk", "vk-1", settings).await.is(201);
}

once!(n1_the_watch_takes_a_line_from_foreign_credentials, p6_a_community_without_a_free_server_is_refused);
once!(n2_the_key_of_another_community_claims_none, n1_the_token_of_an_app_claims_no_account);
once!(n1_a_claim_without_a_proof_yields_to_one, a_claim_that_never_could_receive_yields);
