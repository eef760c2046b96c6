//! A channel that amoCRM does not connect: the vendor is alerted, and it is retried slowly.

use std::sync::Arc;

use base::store::VENDOR;
use parom_tests::settings::{CHANNEL_ID, CHANNEL_SECRET, HOST};
use parom_tests::{Engine, Place, Setup, World, both};
use secrecy::SecretString;

use super::{HOUR, MINUTE, alarms, calls, channel, round, wait};

async fn a_private_channel_is_tried_until_the_account_is_on_its_list(world: &mut World) {
    world.sandbox.allow_accounts(CHANNEL_ID, Some(vec![]));
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

    world.sandbox.allow_accounts(CHANNEL_ID, None);
    wait(world, 2 * MINUTE);
    round(world).await;
    let connected = channel(world, tenant_id).await;
    assert_eq!((connected.status.as_str(), connected.tries, connected.next_try_at), ("connected", 0, None));
    assert!(alarms(world, VENDOR).await.is_empty(), "it ends by itself");
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_that_is_refused_is_the_vendors_alarm() {
    let change = |config: &mut base::config::Config| {
        let channel = &mut config.integrations[0].channels[0];
        (channel.public, channel.secret) = (true, "wrong".into());
    };
    let mut world = World::start(Engine::Sqlite, Setup { change, ..Setup::default() }).await.unwrap();
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    assert_eq!(channel(&world, tenant_id).await.status, "misconfigured");
    assert_eq!(alarms(&world, VENDOR).await, ["channel_misconfigured"]);
    world.allow_problems();
    world.close().await;
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

both!(
    a_private_channel_is_tried_until_the_account_is_on_its_list,
    a_channel_that_amocrm_lost_is_connected_again,
    a_channel_that_amocrm_loses_again_and_again_is_connected_slowly,
);
