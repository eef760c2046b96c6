//! A channel that amoCRM does not connect: the vendor is alerted, and it is retried slowly.

use std::sync::Arc;

use base::config::Config;
use base::store::VENDOR;
use entity::{oauth_grant, tenant};
use parom_tests::settings::{CHANNEL_ID, CHANNEL_SECRET, HOST};
use parom_tests::{World, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;
use simulator::crm::{Fault, Part};

use super::{
    DAY, HOUR, MINUTE, access_dies, alarms, calls, channel, grants, pipelines, refreshes, round, status, wait,
};

async fn a_private_channel_is_tried_until_the_account_is_on_its_list(world: &mut World) {
    world.sandbox.set(|settings| drop(settings.private_channels.insert(CHANNEL_ID.to_owned(), Vec::new())));
    let account = world.sandbox.add_account(HOST).id.to_string();
    let page = world.owner(HOST).installs_in_a_browser().await.is(200);
    assert!(page.text.contains(&format!("not open for account {account}")), "{}", page.text);
    let tenant_id = world.active(HOST).await;
    let refused = channel(world, tenant_id).await;
    assert_eq!((refused.status.as_str(), refused.tries), ("not_allowed", 1));
    let open = parom::alert::open(world.app().store.read(), VENDOR).await.unwrap();
    assert_eq!(open.len(), 1, "one alarm an account and channel");
    assert_eq!(open[0].kind, "channel_not_allowed");
    let detail: serde_json::Value = serde_json::from_str(&open[0].detail).unwrap();
    assert_eq!((&detail["account_id"], &detail["host"]), (&account.into(), &HOST.into()));

    let before = calls(world);
    wait(world, MINUTE - 1);
    assert_eq!((round(world).await, calls(world)), (0, before), "slowly");
    wait(world, 1);
    assert_eq!(round(world).await, 1);
    let refused = channel(world, tenant_id).await;
    assert_eq!((refused.status.as_str(), refused.tries), ("not_allowed", 2));
    let open = parom::alert::open(world.app().store.read(), VENDOR).await.unwrap();
    assert_eq!((open.len(), open[0].count), (1, 2), "the same alarm");

    world.sandbox.set(|settings| settings.private_channels.clear());
    wait(world, 2 * MINUTE);
    round(world).await;
    let connected = channel(world, tenant_id).await;
    assert_eq!((connected.status.as_str(), connected.tries, connected.next_try_at), ("connected", 0, None));
    assert!(alarms(world, VENDOR).await.is_empty(), "it ends by itself");
    let line = world.chatting().await.0;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
}

fn with_a_wrong_secret(config: &mut Config) {
    let channel = &mut config.integrations[0].channels[0];
    (channel.public, channel.secret) = (true, "wrong".into());
}

async fn a_signature_that_is_refused_is_the_vendors_alarm(world: &mut World) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    assert_eq!(channel(world, tenant_id).await.status, "misconfigured");
    assert_eq!(alarms(world, VENDOR).await, ["channel_misconfigured"]);
    world.allow_problems();
}

/// amoCRM takes the account's channel off without a word to us.
async fn amocrm_loses_the_channel(world: &World) {
    let clock = world.clock.clone();
    let http = world.app().http.trusted().clone();
    let chats = amocrm::chats::Chats::new(http, world.sandbox.url(), Arc::new(move || clock.now())).unwrap();
    let amojo_id = world.sandbox.add_account(HOST).amojo_id;
    chats.disconnect(&SecretString::from(CHANNEL_SECRET), CHANNEL_ID, &amojo_id).await.unwrap();
}

fn connects(world: &World) -> usize {
    let requests = world.sandbox.requests();
    requests.iter().filter(|request| request.path.ends_with("/connect")).count()
}

/// O2. Between the 404 and the message at amoCRM lies one look, and no slow step.
async fn a_channel_that_amocrm_lost_is_connected_again(world: &mut World) {
    let line = world.line("support").await;
    world.allow_problems();
    amocrm_loses_the_channel(world).await;
    for name in ["anna", "boris"] {
        world.customer(&line, name).writes(name).await;
    }
    world.deliver_all().await;
    assert_eq!(channel(world, line.tenant_id).await.status, "disconnected");
    let before = connects(world);
    round(world).await;
    assert_eq!(connects(world), before + 1, "the first look connects it");
    assert_eq!(channel(world, line.tenant_id).await.status, "connected");
    // Turns of many accounts do not start in the same moment.
    wait(world, 1);
    world.deliver_all().await;
    let mut texts = world.texts_at_crm(&line);
    texts.sort();
    assert_eq!(texts, ["anna", "boris"]);
}

async fn a_channel_that_amocrm_loses_again_and_again_is_connected_slowly(world: &mut World) {
    let line = world.line("support").await;
    world.allow_problems();
    let anna = world.customer(&line, "anna");
    let lost = connects(world);
    // Minutes until each connect; a loss that comes soon after it doubles them.
    for (loss, minutes) in [0, 1, 2, 4].into_iter().enumerate() {
        amocrm_loses_the_channel(world).await;
        anna.writes(&format!("{loss}")).await;
        world.deliver_all().await;
        if minutes > 0 {
            wait(world, minutes * MINUTE - 1);
            round(world).await;
            assert_eq!(connects(world), lost + loss, "loss {loss} is not mended before {minutes} minutes");
            wait(world, 1);
        }
        round(world).await;
        assert_eq!(connects(world), lost + loss + 1, "loss {loss} is mended after {minutes} minutes");
        world.deliver_to_the_end().await;
    }
    wait(world, 4 * HOUR);
    amocrm_loses_the_channel(world).await;
    anna.writes("late").await;
    world.deliver_all().await;
    round(world).await;
    assert_eq!(connects(world), lost + 5, "it held for hours: that is a first time again");
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["0", "1", "2", "3", "late"]);
}

// A page of a gateway is no verdict: it takes no access, holds no channel and ends by itself.

fn refusal(code: u16) -> Fault {
    Fault::Status { code, retry_after: None }
}

/// F1: whatever a gateway says in place of the token endpoint.
async fn a_page_at_the_token_endpoint_takes_no_access(world: &mut World) {
    let line = world.line("support").await;
    for code in [400, 401, 402, 403, 404, 502] {
        world.sandbox.expire_access_tokens(HOST);
        world.sandbox.faults().until_cleared(Part::Token, Fault::Page(code));
        for _ in 0..3 {
            assert_ne!(pipelines(world, line.tenant_id).await.status, 200, "{code}");
            wait(world, MINUTE);
            round(world).await;
        }
        let grant = grants(world, line.tenant_id).await.remove(0);
        assert_eq!((status(world).await.as_str(), grant.dead), ("active", false), "{code}");
        world.sandbox.faults().clear();
        pipelines(world, line.tenant_id).await.is(200);
    }
    assert!(alarms(world, line.tenant_id).await.is_empty() && alarms(world, VENDOR).await.is_empty());
}

/// F1: amoCRM's own refusal that does not name the token is the vendor's matter, once for all accounts.
async fn words_that_name_no_token_alarm_the_vendor_once(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    world.sandbox.faults().until_cleared(Part::Token, refusal(400));
    for (host, line) in [(HOST, &line), ("other.amocrm.ru", &other)] {
        world.sandbox.expire_access_tokens(host);
        assert_ne!(pipelines(world, line.tenant_id).await.status, 200);
        assert!(!grants(world, line.tenant_id).await[0].dead);
        assert!(alarms(world, line.tenant_id).await.is_empty());
    }
    assert_eq!(alarms(world, VENDOR).await, ["integration_refused"]);
    world.sandbox.faults().clear();
    pipelines(world, line.tenant_id).await.is(200);
    pipelines(world, other.tenant_id).await.is(200);
    assert!(alarms(world, VENDOR).await.is_empty(), "it ends by itself");
}

/// F1: a wrong guess mends itself, and a right one is asked about for three months and no longer.
async fn a_dead_access_is_tried_again(world: &mut World) {
    let line = world.line("support").await;
    oauth_grant::Entity::update_many()
        .col_expr(oauth_grant::Column::Dead, Expr::value(true))
        .filter(oauth_grant::Column::TenantId.eq(line.tenant_id))
        .exec(world.app().store.write())
        .await
        .unwrap();
    tenant::Entity::update_many()
        .col_expr(tenant::Column::Status, Expr::value("needs_reauth"))
        .filter(tenant::Column::TenantId.eq(line.tenant_id))
        .exec(world.app().store.write())
        .await
        .unwrap();
    world.app().lookup.forget();
    world.hurries("accounts").await;
    round(world).await;
    assert_eq!((status(world).await.as_str(), grants(world, line.tenant_id).await[0].dead), ("active", false));
    pipelines(world, line.tenant_id).await.is(200);

    access_dies(world, line.tenant_id).await;
    assert_eq!(status(world).await, "needs_reauth");
    // Each look tries the newest token and the one before it.
    for minutes in [1, 2, 4, 8] {
        let before = refreshes(world);
        wait(world, minutes * MINUTE - 1);
        round(world).await;
        assert_eq!(refreshes(world), before, "not before {minutes} minutes");
        wait(world, 1);
        round(world).await;
        assert_eq!(refreshes(world), before + 2, "after {minutes} minutes");
    }
    assert_eq!(alarms(world, line.tenant_id).await, ["needs_reauth"], "the account is asked all the same");
    wait(world, 90 * DAY);
    round(world).await;
    let before = refreshes(world);
    wait(world, DAY);
    round(world).await;
    assert_eq!(refreshes(world), before, "amoCRM knows it no more");
}

/// F5.
async fn a_page_of_amojo_stops_no_channel(world: &mut World) {
    let line = world.line("support").await;
    for code in [400, 401, 403, 404, 422] {
        world.sandbox.faults().until_cleared(Part::Message, Fault::Page(code));
        let customers = ["anna", "boris", "clara"].map(|name| format!("{name} {code}"));
        for name in &customers {
            world.customer(&line, name).writes(name).await;
        }
        for _ in 0..20 {
            world.deliver_all().await;
            wait(world, 1);
        }
        assert_eq!(channel(world, line.tenant_id).await.status, "connected", "{code}");
        world.sandbox.faults().clear();
        for _ in 0..60 {
            world.deliver_all().await;
            wait(world, 1);
        }
        let texts = world.texts_at_crm(&line);
        assert!(customers.iter().all(|name| texts.contains(name)), "{code}: {texts:?}");
    }
    assert!(alarms(world, VENDOR).await.is_empty());
    assert_eq!(world.api.get(&line.dead_letters()).await.is(200).json["items"].as_array().unwrap().len(), 0);
}

/// F5: amojo's own refusal holds the channel, and is looked at after a minute.
async fn a_refused_signature_is_looked_at_after_a_minute(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().until_cleared(Part::Message, refusal(403));
    world.sandbox.faults().until_cleared(Part::Connect, refusal(403));
    world.customer(&line, "anna").writes("Hello").await;
    for _ in 0..3 {
        world.deliver_all().await;
        wait(world, 2);
    }
    assert_eq!(channel(world, line.tenant_id).await.status, "misconfigured");
    wait(world, MINUTE);
    round(world).await;
    assert_ne!(channel(world, line.tenant_id).await.status, "connected");
    world.sandbox.faults().clear();
    wait(world, 2 * MINUTE);
    round(world).await;
    assert_eq!(channel(world, line.tenant_id).await.status, "connected");
    wait(world, 1);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
}

/// P9.
async fn a_start_without_the_channel_is_mended_by_the_next_one(world: &mut World) {
    let line = world.line("support").await;
    world.crash();
    world.setup_is(|config: &mut Config| config.integrations[0].channels.clear());
    world.come_back().await;
    for name in ["anna", "boris", "clara"] {
        world.customer(&line, name).writes(name).await;
    }
    world.deliver_all().await;
    round(world).await;
    assert!(world.texts_at_crm(&line).is_empty());
    world.crash();
    world.setup_is(|_| {});
    world.come_back().await;
    for _ in 0..60 {
        wait(world, 1);
        world.deliver_all().await;
    }
    let mut texts = world.texts_at_crm(&line);
    texts.sort();
    assert_eq!(texts, ["anna", "boris", "clara"]);
    assert!(alarms(world, VENDOR).await.is_empty());
}

/// P8.
async fn a_server_without_the_key_of_its_data_does_not_start(world: &mut World) {
    let line = world.line("support").await;
    world.manager(&line);
    world.crash();
    world.setup_is(|config: &mut Config| {
        config.secrets.key = None;
        config.secrets.key_file = config.media.dir.with_file_name("parom.key");
    });
    let why = world.refuses_to_start().await;
    assert!(
        why.contains("were sealed by key ") && why.contains("parom.key") && why.contains("does not exist"),
        "{why}"
    );
    assert!(!world.database().folder().join("parom.key").exists(), "no new key is made");
    world.setup_is(|config: &mut Config| {
        config.secrets.key = Some("YW5vdGhlci1rZXktb2YtdGhlLXRlc3RzLTAxMjM0NTY=".to_owned().into());
    });
    let why = world.refuses_to_start().await;
    assert!(why.contains("were sealed by key ") && why.contains("which is not there"), "{why}");
    world.setup_is(|_| {});
    world.come_back().await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
}

once!(a_channel_that_amocrm_loses_again_and_again_is_connected_slowly, a_refused_signature_is_looked_at_after_a_minute);
once!(a_private_channel_is_tried_until_the_account_is_on_its_list, a_server_without_the_key_of_its_data_does_not_start);
once!(a_start_without_the_channel_is_mended_by_the_next_one, words_that_name_no_token_alarm_the_vendor_once);
once!(a_channel_that_amocrm_lost_is_connected_again, a_page_at_the_token_endpoint_takes_no_access);
once!(a_page_of_amojo_stops_no_channel, a_dead_access_is_tried_again);
once!(a_signature_that_is_refused_is_the_vendors_alarm in super::with_a_wrong_secret);
