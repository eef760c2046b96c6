//! Integrations in the admin: made, changed, paused and removed; those of the file are only shown.

use base::store::VENDOR;
use entity::integration;
use parom::integrations as stored;
use parom_tests::settings::{CHANNEL_ID, CHANNEL_SECRET, CLIENT_ID, CLIENT_SECRET, HOST};
use parom_tests::{World, both, once};
use sea_orm::EntityTrait;

use super::operator::Operator;
use super::signing_in::log;

const LIST: &str = "/admin/channels";
const NEW: &str = "/admin/integrations";
const MAIN: &str = "/admin/integrations/main";

type Pairs = Vec<(&'static str, String)>;

/// A form with these changes.
fn with(form: &Pairs, change: &[(&'static str, &str)]) -> Pairs {
    let mut all = form.clone();
    for (name, value) in change {
        all.retain(|(known, _)| known != name);
        all.push((name, (*value).to_owned()));
    }
    all
}

fn sent(form: &Pairs) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// The form of the sandbox's integration.
fn integration(world: &World) -> Pairs {
    let sandbox = world.sandbox.url().trim_end_matches('/').to_owned();
    let file = &world.app().config.integrations;
    assert!(file.is_empty(), "the form is the only source");
    vec![
        ("set.name", "main".to_owned()),
        ("set.platform", "amocrm".to_owned()),
        ("set.client_id", CLIENT_ID.to_owned()),
        ("set.client_secret", CLIENT_SECRET.to_owned()),
        ("set.consent_url", format!("{sandbox}/oauth")),
        ("set.account_url", format!("{sandbox}/accounts/{{host}}")),
        ("set.amojo_url", sandbox),
    ]
}

/// The form of the sandbox's channel.
fn channel() -> Pairs {
    let mut form: Pairs = vec![
        ("set.id", CHANNEL_ID.to_owned()),
        ("set.code", "amo.ext.30490163".to_owned()),
        ("set.secret", CHANNEL_SECRET.to_owned()),
        ("set.title", "Parom".to_owned()),
        ("set.reactions", "all".to_owned()),
        ("set.write_first", "1".to_owned()),
    ];
    let kinds = ["telegram", "whatsapp", "webchat", "custom"];
    form.extend(kinds.map(|kind| ("set.connectors", kind.to_owned())));
    form
}

/// Starts again with a file that has no integration, and signs an operator in.
async fn without_a_file(world: &mut World) -> Operator {
    world.setup_is(|config| {
        let sandbox = config.integrations[0].amojo_url.clone();
        config.network.integration_addresses.push(sandbox);
        config.integrations.clear();
    });
    world.restart().await;
    let olga = Operator::signed_in(world).await;
    olga.proves(world).await;
    olga
}

/// N4: texts and tokens go only where the configuration file lets them go.
async fn n4_an_operator_sends_nothing_to_addresses_of_their_own(world: &mut World) {
    let olga = without_a_file(world).await;
    let form = integration(world);
    olga.opens(NEW).await.is(200);
    let elsewhere = [
        ("set.amojo_url", "https://evil.example"),
        ("set.consent_url", "https://evil.example/oauth"),
        ("set.account_url", "https://evil.example/{host}"),
        ("set.account_hosts", "evil.example"),
    ];
    let refuses = async |path: &str| {
        for (field, address) in elsewhere {
            let shown = olga.sends(path, &sent(&with(&form, &[(field, address)]))).await.is(422);
            shown.says(&["The configuration file does not allow this address"]);
            assert!(shown.text.contains(&format!("id=\"e-{field}\"")), "{field}: beside the field");
        }
    };
    refuses(NEW).await;
    assert!(stored::list(world.app()).await.unwrap().is_empty());
    olga.sends(NEW, &sent(&form)).await.is(303);
    let identity = |pair: &(&'static str, String)| !["set.name", "set.platform"].contains(&pair.0);
    let form: Pairs = form.iter().filter(|pair| identity(pair)).cloned().collect();
    let before = world.app().integrations.named("main").unwrap();
    for (field, address) in elsewhere {
        olga.sends(MAIN, &sent(&with(&form, &[(field, address)]))).await.is(422);
    }
    let now = world.app().integrations.named("main").unwrap();
    assert_eq!((&now.amojo_url, &now.account_url), (&before.amojo_url, &before.account_url));
    assert_eq!((&now.consent_url, &now.account_hosts), (&before.consent_url, &before.account_hosts));
    olga.sends(MAIN, &sent(&with(&form, &[("set.account_hosts", ""), ("set.consent_url", "")]))).await.is(303);
    world.allow_problems();
}

async fn one_made_in_the_admin_works(world: &mut World) {
    let olga = without_a_file(world).await;
    olga.opens(LIST).await.is(200).says(&["No integrations yet."]);
    olga.opens(NEW).await.is(200).says(&["New integration", "Secret key"]);
    olga.sends(NEW, &sent(&integration(world))).await.is(303);
    let shown = olga.opens(LIST).await.is(200);
    shown.says(&["main", "Stored in the database: edit it here"]);
    shown.never_says(&[CLIENT_SECRET]);
    olga.opens(&format!("{MAIN}/channels")).await.is(200).says(&["New channel of “main”"]);
    olga.sends(&format!("{MAIN}/channels"), &sent(&channel())).await.is(303);

    world.owner(HOST).installs_in_a_browser().await.is(200);
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);

    let one = format!("{MAIN}/channels/{CHANNEL_ID}");
    for path in [LIST, MAIN, one.as_str()] {
        olga.opens(path).await.is(200).never_says(&[CLIENT_SECRET, CHANNEL_SECRET]);
    }
    // What a form leaves empty stays: both secrets, and with them the connection.
    let kept = with(&channel(), &[("set.secret", ""), ("set.title", "Ferry"), ("set.time_window_seconds", "86400")]);
    olga.sends(&one, &sent(&kept)).await.is(303);
    let now = world.app().integrations.named("main").unwrap();
    assert_eq!((now.channels[0].title.as_str(), now.channels[0].time_window_seconds), ("Ferry", Some(86_400)));
    assert!(now.channels[0].write_first && !now.channels[0].quotes);
    world.customer(&line, "anna").writes("Again").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "Again"]);

    olga.sends(&format!("{MAIN}/pause"), &[]).await.is(303);
    olga.opens(LIST).await.is(200).says(&["New installations are paused", "Allow installations"]);
    world.owner("other.amocrm.ru").opens_install().await.is(503);
    olga.sends(&format!("{MAIN}/resume"), &[]).await.is(303);
    olga.opens(&format!("{MAIN}/remove")).await.is(200).says(&["Remove integration “main”?"]);
    olga.sends(&format!("{MAIN}/remove"), &[]).await.is(303);
    olga.opens(LIST).await.is(200).says(&["Integration “main” has 1 account."]);
    olga.opens(&format!("{one}/remove")).await.is(200).says(&["1 account is connected to it"]);
    olga.sends(&format!("{one}/remove"), &[]).await.is(303);
    assert!(world.app().integrations.named("main").unwrap().channels.is_empty());
    let log = log(world, VENDOR).await;
    let done: Vec<&str> = log.iter().filter_map(|one| one.strip_prefix("integration.")).collect();
    assert_eq!(done, ["made", "changed", "changed", "paused", "resumed", "changed"]);
    world.allow_problems();
}

async fn errors_are_shown_beside_their_fields(world: &mut World) {
    let olga = without_a_file(world).await;
    olga.opens(NEW).await.is(200);
    let form = integration(world);
    let wrong = [
        ("set.name", "a/b", "1 to 64 letters"),
        ("set.name", "", "Fill in “Name”."),
        ("set.client_id", "", "Fill in “Integration ID”."),
        ("set.client_secret", "", "Fill in “Secret key”."),
        ("set.account_hosts", "https://amocrm.ru", "Enter one host suffix per line"),
        ("set.account_url", "https://amocrm.ru", "Enter an address that contains {host}"),
        ("set.amojo_url", "ftp://amocrm.ru", "https://"),
    ];
    for (field, value, says) in wrong {
        let shown = olga.sends(NEW, &sent(&with(&form, &[(field, value)]))).await.is(422);
        shown.says(&[says]);
        shown.never_says(&[CLIENT_SECRET]);
        assert!(shown.text.contains(&format!("id=\"e-{field}\"")), "{field}: beside the field");
    }
    let russian = olga.sends(&format!("{NEW}?lang=ru"), &sent(&with(&form, &[("set.name", "я")]))).await.is(422);
    russian.says(&["От 1 до 64 латинских букв"]);
    olga.sends(NEW, &[("set.name", "x"), ("set.evil", "1")]).await.is(400);
    let rows = integration::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(rows.is_empty(), "{} rows", rows.len());

    olga.opens(&format!("{NEW}?lang=en")).await.is(200);
    olga.sends(NEW, &sent(&form)).await.is(303);
    olga.opens(&format!("{MAIN}/channels")).await.is(200);
    for (field, value, says) in [
        ("set.id", "one", "Enter the UUID"),
        ("set.time_window_seconds", "a day", "whole number of seconds"),
        ("set.allowed_plans", "gold", "named as in the configuration file"),
        ("set.bot_name", "Anna", "or leave the bot’s name empty"),
    ] {
        let shown = olga.sends(&format!("{MAIN}/channels"), &sent(&with(&channel(), &[(field, value)]))).await.is(422);
        shown.says(&[says]);
        shown.never_says(&[CHANNEL_SECRET]);
    }
    let second = with(&form, &[("set.name", "second")]);
    let shown = olga.sends(NEW, &sent(&second)).await.is(422);
    shown.says(&["Integration “main” already has this."]);
    olga.sends(NEW, &sent(&form)).await.is(422).says(&["Names are unique."]);
    olga.sends(&format!("{MAIN}/remove"), &[]).await.is(303);
    assert!(stored::list(world.app()).await.unwrap().is_empty());
    olga.opens(MAIN).await.is(404);
    world.allow_problems();
}

async fn integrations_of_the_configuration_file_are_only_shown(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    olga.proves(world).await;
    let shown = olga.opens(LIST).await.is(200);
    // `reload::the_file` shows that it is so.
    shown.says(&[
        "Defined in the configuration file: edit it there and reload the server (SIGHUP). No restart is needed.",
    ]);
    shown.never_says(&["Edit integration", CLIENT_SECRET]);
    olga.opens(MAIN).await.is(404);
    olga.opens(&format!("{MAIN}/channels/{CHANNEL_ID}")).await.is(404);
    olga.opens(NEW).await.is(200);
    for path in [MAIN.to_owned(), format!("{MAIN}/channels"), format!("{MAIN}/pause"), format!("{MAIN}/remove")] {
        olga.sends(&path, &[]).await.is(404);
    }
    let taken = [("set.name", "main"), ("set.platform", "amocrm"), ("set.client_id", "x"), ("set.client_secret", "x")];
    olga.sends(NEW, &taken).await.is(422).says(&["Names are unique."]);
}

both!(one_made_in_the_admin_works);
once!(
    n4_an_operator_sends_nothing_to_addresses_of_their_own,
    errors_are_shown_beside_their_fields,
    integrations_of_the_configuration_file_are_only_shown
);
