//! What the vendor sets for the whole service: integrations and announcements; what is most important asks again
//! who it is.

use std::time::Duration;

use base::store::VENDOR;
use entity::{announcement, integration, person};
use parom::integrations as stored;
use parom_tests::settings::{CHANNEL_ID, CHANNEL_SECRET, CLIENT_ID, CLIENT_SECRET, HOST};
use parom_tests::{World, once};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::operator::{EMAIL, Operator, make_operator};
use super::signing_in::log;
use crate::identity::Mailed;
use crate::widget_api::User;

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

// What the vendor announces: planned, shown to those whom it concerns, changed and deleted.

const ANNOUNCED: &str = "/admin/announcements";

const OTHER: &str = "other.amocrm.ru";

/// A form that is complete but for what a test changes.
fn form<'form>(change: &[(&'form str, &'form str)]) -> Vec<(&'form str, &'form str)> {
    let mut all = vec![
        ("text_ru", "Ночью работы"),
        ("text_en", "Works <b>tonight</b>"),
        ("link", ""),
        ("starts", ""),
        ("ends", "2026-11-20T09:10"),
        ("audience", "all"),
        ("accounts", ""),
        ("plan", ""),
        ("integration", ""),
    ];
    for (name, value) in change {
        all.retain(|(known, _)| known != name);
        all.push((name, value));
    }
    all
}

/// The id of the only announcement.
async fn only(world: &World) -> String {
    let found = announcement::Entity::of_tenant(VENDOR).all(world.app().store.read()).await.unwrap();
    assert_eq!(found.len(), 1);
    found[0].id.to_string()
}

async fn an_announcement_is_shown_from_its_start_until_its_end(world: &mut World) {
    let line = world.line("support").await;
    let user = User::administrator(world).await;
    let olga = Operator::signed_in(world).await;
    let owner = world.panel(line.tenant_id).await;
    olga.opens(ANNOUNCED).await.is(200).says(&["No announcements yet"]);
    olga.opens("/admin/announcements/new").await.is(200);
    for (field, wrong) in [
        ("text_ru", [("text_ru", " ")].as_slice()),
        ("text_en", &[("text_en", "")]),
        ("link", &[("link", "status")]),
        ("ends", &[("ends", "")]),
        ("accounts", &[("audience", "accounts"), ("accounts", "nobody.amocrm.ru")]),
        ("plan", &[("audience", "plan")]),
    ] {
        olga.sends(ANNOUNCED, &form(wrong)).await.is(422).says(&[&format!("id=\"e-{field}\"")]);
    }
    let planned = [("starts", "2026-11-20T09:05"), ("link", "https://status.example/works")];
    olga.sends(ANNOUNCED, &form(&planned)).await.is(303);
    olga.opens(ANNOUNCED).await.is(200).says(&["Planned", "All accounts"]);
    owner.opens("/panel").await.is(200).never_says(&["tonight"]);
    let notices = async |world: &World| user.get(world, "/sources").await.is(200).json["tenant"]["notices"].clone();
    assert_eq!(notices(world).await, json!([]));

    world.advance(Duration::from_secs(5 * 60));
    for page in ["/panel", "/panel/messages", "/panel/sources", "/panel/me"] {
        let shown = owner.opens(page).await.is(200);
        assert!(shown.text.contains("Works &#60;b&#62;tonight&#60;/b&#62;"), "{page}: {}", shown.text);
        assert!(shown.text.contains("href=\"https://status.example/works\""), "{page}");
    }
    let said = json!([{"text": "Works <b>tonight</b>", "link": "https://status.example/works"}]);
    assert_eq!(notices(world).await, said);
    let russian = user.get(world, "/sources?lang=ru").await.is(200).json["tenant"]["notices"][0]["text"].clone();
    assert_eq!(russian, "Ночью работы");

    let id = only(world).await;
    olga.opens(&format!("{ANNOUNCED}/{id}")).await.is(200).says(&["value=\"2026-11-20T09:05\""]);
    let later = [("starts", "2026-11-20T09:05"), ("ends", "2026-11-20T09:12"), ("text_en", "Works are over")];
    olga.sends(&format!("{ANNOUNCED}/{id}"), &form(&later)).await.is(303);
    owner.opens("/panel").await.is(200).says(&["Works are over"]);
    world.advance(Duration::from_secs(8 * 60));
    owner.opens("/panel").await.is(200).never_says(&["Works are over"]);
    olga.opens(ANNOUNCED).await.is(200).says(&["Ended", "Works are over"]);
    olga.sends(&format!("{ANNOUNCED}/{id}/delete"), &[]).await.is(303);
    olga.opens(ANNOUNCED).await.is(200).says(&["The announcement is deleted.", "No announcements yet"]);
    olga.opens(&format!("{ANNOUNCED}/{id}")).await.is(404);
    let done: Vec<String> = log(world, VENDOR).await;
    let done: Vec<&str> = done.iter().map(String::as_str).filter(|one| one.starts_with("announcement.")).collect();
    assert_eq!(done, ["announcement.added", "announcement.changed", "announcement.deleted"]);
}

async fn one_of_another_process_is_shown_within_a_second(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel").await.is(200);
    let now = world.clock.millis();
    let row = announcement::Model {
        tenant_id: VENDOR,
        id: world.clock.uuid_v7(),
        text_ru: "Ночью работы".to_owned(),
        text_en: "Works tonight".to_owned(),
        link: String::new(),
        audience: "all".to_owned(),
        names: "[]".to_owned(),
        starts_at: now,
        ends_at: now + 60_000,
        created_at: now,
    };
    parom::announcements::add(world.app().store.write(), row).await.unwrap();
    owner.opens("/panel").await.is(200).never_says(&["Works tonight"]);
    world.advance(Duration::from_secs(1));
    owner.opens("/panel").await.is(200).says(&["Works tonight"]);
    world.advance(Duration::from_secs(60));
    owner.opens("/panel").await.is(200).never_says(&["Works tonight"]);
}

async fn only_those_whom_it_concerns_see_it(world: &mut World) {
    let line = world.line("support").await;
    world.owner(OTHER).installs_in_a_browser().await.is(200);
    world.active(OTHER).await;
    let other = world.tenant(OTHER).await.unwrap();
    let number = other["account_id"].as_str().unwrap().to_owned();
    let (mine, theirs) = (world.panel(line.tenant_id).await, other["id"].as_str().unwrap().parse().unwrap());
    let theirs = world.panel(theirs).await;
    let olga = Operator::signed_in(world).await;
    olga.opens("/admin/announcements/new").await.is(200);
    olga.sends(ANNOUNCED, &form(&[("audience", "accounts"), ("accounts", &number)])).await.is(303);
    olga.opens(ANNOUNCED).await.is(200).says(&[OTHER, "Shown now"]);
    let id = only(world).await;
    let shows = async |names: &[(&str, &str)]| -> (bool, bool) {
        if !names.is_empty() {
            olga.sends(&format!("{ANNOUNCED}/{id}"), &form(names)).await.is(303);
        }
        let page = async |visitor: &parom_tests::Visitor| visitor.opens("/panel").await.is(200).text.contains("Works ");
        (page(&mine).await, page(&theirs).await)
    };
    assert_eq!(shows(&[]).await, (false, true));
    let both = format!("{HOST}, {}\n", other["id"].as_str().unwrap());
    assert_eq!(shows(&[("audience", "accounts"), ("accounts", &both)]).await, (true, true));
    assert_eq!(shows(&[("audience", "accounts"), ("accounts", HOST)]).await, (true, false));
    assert_eq!(shows(&[("audience", "integration"), ("integration", "main")]).await, (true, true));
    assert_eq!(shows(&[("audience", "all")]).await, (true, true));
}

// N4: changes of what the whole service depends on ask again who it is, and all operators learn of them.

const MINUTES: Duration = Duration::from_secs(10 * 60);

async fn operators(world: &World) -> u64 {
    let all = person::Entity::of_tenant(VENDOR).filter(person::Column::IsOperator.eq(true));
    all.count(world.app().store.read()).await.unwrap()
}

/// An open session alone is no way to a lasting one.
async fn n4_a_session_left_open_changes_no_operators_integrations_and_plans(world: &mut World) {
    let line = world.line("support").await;
    let olga = Operator::signed_in(world).await;
    let account = format!("/admin/accounts/{}", line.tenant_id);
    let new = [("email", "petr@vendor.example"), ("name", "Petr")];
    olga.opens("/admin/operators").await.is(200).says(&["href=\"/admin/prove?to=/admin/operators\">Add"]);
    let prove = format!("href=\"/admin/prove?to={account}/plan\">Edit");
    let plan = olga.opens(&format!("{account}/plan")).await.is(200);
    plan.says(&[&prove]);
    plan.never_says(&[&format!("action=\"{account}/plan\"")]);
    let asks = async || {
        let plan = [("plan", ""), ("trial_until", ""), ("paid_until", "2027-01-31")];
        let operators = ["/admin/operators", "/admin/%6Fperators"].map(|path| (path.to_owned(), &new[..]));
        for (path, fields) in operators.into_iter().chain([(format!("{account}/plan"), &plan[..])]) {
            let to = olga.sends(&path, fields).await.is_redirect();
            assert!(to.starts_with("/admin/prove?to=%2Fadmin%2F"), "{path} leads to {to}");
        }
        let paths = ["/admin/integrations", "/admin/integrations/main/channels", "/admin/integrations/main/remove"];
        for path in paths {
            let to = format!("/admin/prove?to={}", path.replace('/', "%2F"));
            assert_eq!(olga.opens(path).await.is_redirect(), to);
            let sent = olga.sends(path, &[]).await.is_redirect();
            assert_eq!(sent, "/admin/prove?to=%2Fadmin%2Fchannels", "{path}");
        }
    };
    asks().await;
    assert_eq!(operators(world).await, 1);

    olga.opens("/admin/prove?to=/admin/operators").await.is(200).says(&["Confirm that it is you"]);
    for wrong in ["", "000000", "wrong"] {
        olga.sends("/admin/prove", &[("current", wrong), ("to", "/admin/operators")]).await.is(422);
    }
    olga.sends("/admin/operators", &new).await.is(303);
    assert_eq!(operators(world).await, 1);
    let code = olga.next_code(world);
    let away = olga.sends("/admin/prove", &[("current", &code), ("to", "//evil.example")]).await.is_redirect();
    assert_eq!(away, "/admin");
    // Nothing is typed before it can be saved.
    let page = olga.opens(&format!("{account}/plan")).await.is(200);
    page.says(&[&format!("action=\"{account}/plan\"")]);
    page.never_says(&[&prove]);
    olga.sends("/admin/operators", &new).await.is(200);
    assert_eq!(operators(world).await, 2);
    assert!(log(world, VENDOR).await.contains(&"operator.proved".to_owned()));
    world.advance(MINUTES);
    asks().await;
}

async fn n4_all_operators_learn_of_a_change(place: &mut Mailed) {
    make_operator(place, "pavel@vendor.example").await;
    let olga = Operator::signed_in(place).await;
    olga.proves(place).await;
    olga.opens("/admin/operators").await.is(200);
    olga.sends("/admin/operators", &[("email", "petr@vendor.example"), ("name", "Petr")]).await.is(200);
    let mut told = Vec::new();
    for _ in 0..3 {
        let letter = place.mail.next().await;
        assert_eq!(letter.subject, "Operator added: petr@vendor.example");
        letter.says(&[&format!("Olga ({EMAIL})")]);
        told.push(letter.to);
    }
    told.sort();
    assert_eq!(told, [EMAIL, "pavel@vendor.example", "petr@vendor.example"]);
    let fields =
        [("set.name", "white"), ("set.platform", "kommo"), ("set.client_id", "one"), ("set.client_secret", "s")];
    olga.opens("/admin/integrations").await.is(200);
    olga.sends("/admin/integrations", &fields).await.is(303);
    for _ in 0..3 {
        assert_eq!(place.mail.next().await.subject, "Integration created: white");
    }
}

async fn errors_are_shown_beside_their_fields(world: &mut World) {
    let olga = without_a_file(world).await;
    olga.opens(NEW).await.is(200);
    let form = integration(world);
    for (field, value) in [
        ("set.name", "a/b"),
        ("set.client_secret", ""),
        ("set.account_hosts", "https://amocrm.ru"),
        ("set.account_url", "https://amocrm.ru"),
        ("set.amojo_url", "ftp://amocrm.ru"),
    ] {
        let shown = olga.sends(NEW, &sent(&with(&form, &[(field, value)]))).await.is(422);
        shown.says(&[&format!("id=\"e-{field}\"")]);
        shown.never_says(&[CLIENT_SECRET]);
    }
    olga.sends(NEW, &[("set.name", "x"), ("set.evil", "1")]).await.is(400);
    let rows = integration::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(rows.is_empty(), "{} rows", rows.len());

    olga.sends(NEW, &sent(&form)).await.is(303);
    olga.opens(&format!("{MAIN}/channels")).await.is(200);
    for (field, value) in [("set.id", "one"), ("set.time_window_seconds", "a day"), ("set.allowed_plans", "gold")] {
        let shown = olga.sends(&format!("{MAIN}/channels"), &sent(&with(&channel(), &[(field, value)]))).await.is(422);
        shown.never_says(&[CHANNEL_SECRET]);
    }
    let second = with(&form, &[("set.name", "second")]);
    olga.sends(NEW, &sent(&second)).await.is(422).says(&["Integration “main” already has this."]);
    olga.sends(NEW, &sent(&form)).await.is(422).says(&["Names are unique."]);
    olga.sends(&format!("{MAIN}/remove"), &[]).await.is(303);
    assert!(stored::list(world.app()).await.unwrap().is_empty());
    olga.opens(MAIN).await.is(404);
    world.allow_problems();
}

once!(n4_a_session_left_open_changes_no_operators_integrations_and_plans, errors_are_shown_beside_their_fields);
once!(n4_an_operator_sends_nothing_to_addresses_of_their_own, an_announcement_is_shown_from_its_start_until_its_end);
once!(one_of_another_process_is_shown_within_a_second, n4_all_operators_learn_of_a_change, one_made_in_the_admin_works);
once!(only_those_whom_it_concerns_see_it);
