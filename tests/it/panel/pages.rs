//! Account, audit log, theme, and the search for settings.

use std::collections::BTreeSet;

use base::i18n::Language;
use entity::conversation;
use parom::identity::{MemberRole, person};
use parom_tests::settings::HOST;
use parom_tests::{Engine, Line, MailServer, Place, Reply, Setup, Visitor, World, once};
use serde_json::json;

use super::{add_member, sign_in};

async fn the_account_page_says_how_it_is_connected(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let page = owner.opens("/panel/account").await.is(200);
    let plain = page.text.replace('\u{a0}', " ");
    for words in [HOST, "Connected", "Valid", "days left", "Reauthorize", "/oauth/install?integration=main", "1 of 50"]
    {
        assert!(plain.contains(words), "{words} in {plain}");
    }
    let russian = world.visitor().reading("ru");
    russian.steal(&owner);
    owner.opens("/panel/account").await.is(200);
    owner.sends("/panel/language", &[("to", "ru")]).await.is(303);
    assert!(russian.opens("/panel/account").await.text.contains("Подключён"));
}

async fn actions_are_in_the_audit_log(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/team").await.is(200);
    for number in 0..60 {
        if number % 20 == 0 {
            // No more invitations leave within an hour.
            world.advance(std::time::Duration::from_secs(3600));
        }
        let email = format!("=cmd|{number}@example.com");
        owner.sends("/panel/team/invite", &[("email", &email), ("role", "viewer")]).await.is(303);
    }
    let page = owner.opens("/panel/audit?group=member").await.is(200);
    assert!(page.text.contains("Invited") && page.text.contains("=cmd|59@example.com"), "{}", page.text);
    assert!(!page.text.contains("=cmd|3@example.com"), "50 a page");
    let (_, older) = page.text.split_once("rel=\"next\" href=\"").expect("an older page");
    let older = older.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let page = owner.opens(&older).await.is(200);
    assert!(page.text.contains("=cmd|3@example.com") && !page.text.contains("=cmd|59@"), "{}", page.text);
    let csv = owner.opens("/panel/audit.csv?group=member").await.is(200);
    assert!(csv.header("content-disposition").starts_with("attachment"));
    assert!(csv.text.contains("\"'=cmd|7@example.com\"") && !csv.text.contains("\"=cmd"), "{}", csv.text);
    assert!(!owner.opens("/panel/audit?group=source").await.text.contains("=cmd"));
    // Another account's log is its own.
    let beta = world.line_at("beta.amocrm.ru", "support").await;
    let stranger = world.panel(beta.tenant_id).await;
    assert!(!stranger.opens("/panel/audit").await.text.contains("=cmd"));
}

// The search by Ctrl K finds each setting by the label that its page shows and by other words for it, leads to its
// place there, and offers nothing that the reader may not open.

/// An account with a custom messenger, a bot and a chat on a site: the addresses of all pages with settings.
async fn pages(world: &World) -> (Line, Vec<String>) {
    let line = world.line("support").await;
    let body = json!({"kind": "webchat", "name": "Shop", "settings": {"title": "Shop"}});
    let chat = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    let source = |id: &str, rest: &str| format!("/panel/sources/{id}/{rest}");
    let (own, chat) = (line.source_id.to_string(), chat.text_at("/id"));
    let mut pages: Vec<String> =
        ["/panel/account", "/panel/alerts", "/panel/team", "/panel/data", "/panel/me", "/panel/keys/new"]
            .map(str::to_owned)
            .into();
    pages.extend([source(&own, "settings"), source(&own, "access"), source(&chat, "settings")]);
    pages.extend(["appearance", "hours", "before", "install"].map(|tab| source(&chat, &format!("access?tab={tab}"))));
    (line, pages)
}

fn plain(text: &str) -> String {
    let text = text.replace('\u{a0}', " ").replace("&#38;", "&").replace("&#39;", "'").replace("&quot;", "\"");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The ids of the fields that a page shows, with their labels. Fields that ask for the present password or a code set nothing.
fn fields(page: &Reply) -> Vec<(String, String)> {
    let main = page.text.split("<main").nth(1).unwrap_or_default();
    // Tabs that are not open are hidden.
    let main: String = main
        .split("data-tab=\"")
        .enumerate()
        .filter(|(place, part)| *place == 0 || !part.split('>').next().unwrap_or_default().contains("hidden"))
        .map(|(_, part)| part)
        .collect();
    // A text for readers of another language is found by the one without a language above it.
    let main: String = main
        .split("<details data-language=")
        .enumerate()
        .map(|(place, part)| if place == 0 { part } else { part.split_once("</details>").map_or("", |(_, rest)| rest) })
        .collect();
    let of = |begin: &str, end: &str| -> Vec<(String, String)> {
        let parts = main.split(begin).skip(1);
        let found = parts.filter_map(|part| {
            let (id, rest) = part.split_once('"')?;
            let label = rest.split_once(end)?.1.split('<').next()?;
            Some((id.to_owned(), plain(label)))
        });
        found.collect()
    };
    let boxes = main.split("<label class=\"check\"><input type=\"checkbox\" id=\"").skip(1).filter_map(|part| {
        let (id, rest) = part.split_once('"')?;
        Some((id.to_owned(), plain(rest.split_once('>')?.1.split('<').next()?)))
    });
    let mut all = of("<label for=\"", ">");
    all.extend(of("<fieldset id=\"", "<legend>"));
    all.extend(boxes);
    all.retain(|(id, label)| !label.is_empty() && !["f-current", "f-code"].contains(&id.as_str()));
    all
}

async fn suggested(visitor: &Visitor, typed: &str) -> Vec<(String, String)> {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish();
    let page = visitor.opens(&format!("/panel/suggest?{query}")).await.is(200);
    let links = page.text.split("<a href=\"").skip(1).filter_map(|part| {
        let (href, rest) = part.split_once('"')?;
        Some((plain(href), plain(rest.split_once("<bdi>")?.1.split('<').next()?)))
    });
    links.collect()
}

/// Its page opens and has the place that the link names.
async fn is_there(visitor: &Visitor, href: &str) {
    let (path, place) = href.split_once('#').unwrap_or((href, ""));
    let page = visitor.opens(path).await.is(200);
    assert!(place.is_empty() || page.text.contains(&format!("id=\"{place}\"")), "{href} is not there");
}

async fn by_labels_and_other_words(language: Language, others: &[(&str, &str)]) {
    let mail = MailServer::start().await;
    let world = World::start(Engine::Sqlite, Setup { change: MailServer::serves, ..Setup::default() }).await;
    let world = world.expect("SQLite is there");
    let (line, pages) = pages(&world).await;
    let vera = add_member(&world, line.tenant_id, "vera@example.com", MemberRole::Owner).await;
    person::set_language(world.app().store.write(), vera, language).await.unwrap();
    let visitor = sign_in(&world, "vera@example.com").await;
    visitor.sends("/panel/language", &[("to", language.code())]).await.is(303);
    let (mut seen, mut links) = (0, BTreeSet::new());
    for path in &pages {
        let page = visitor.opens(path).await.is(200);
        for (id, label) in fields(&page) {
            let wanted = format!("{path}#{id}");
            let found = suggested(&visitor, &label).await;
            let is_found = found.iter().any(|(href, said)| *href == wanted && *said == label);
            assert!(is_found, "“{label}” of {wanted} is not found: {found:#?}");
            links.extend(found.into_iter().map(|(href, _)| href));
            seen += 1;
        }
    }
    assert!(seen > 25, "{seen} settings");
    for (typed, place) in others {
        let found = suggested(&visitor, typed).await;
        assert!(found.iter().any(|(href, _)| href.contains(place)), "{typed}: {found:#?}");
        links.extend(found.into_iter().map(|(href, _)| href));
    }
    for href in links {
        is_there(&visitor, &href).await;
    }
    drop(mail);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_setting_is_found_in_english() {
    let others = [
        ("gdpr", "/panel/data#"),
        ("dark mode", "/panel/me#theme"),
        ("2fa", "/panel/me#two-step"),
        ("notifications", "/panel/alerts#letters"),
        ("arrive late", "/panel/alerts#kind-late"),
        ("opening hours", "access?tab=hours#f-set.working_hours.hours"),
        ("funnel", "settings#f-pipeline"),
        ("funnel shop", "settings#f-pipeline"),
        ("signing secret", "/secret"),
        ("turn off", "settings#danger"),
        ("subscribers", "/panel/alerts#readers"),
        ("quota", "/panel/account#limits"),
        ("avatar", "access?tab=appearance#f-logo"),
        ("missed hooks", "/panel/account#lost"),
        ("jwt", "access?tab=install#secret"),
        ("expiry", "/panel/keys/new#f-days"),
        ("hmac", "/panel/webhooks/signature"),
        ("log out", "/panel/me#sessions"),
        ("reconnect", "/panel/account#access"),
        ("erase", "/panel/data#forget-all"),
        ("archive", "/panel/data#export"),
    ];
    by_labels_and_other_words(Language::En, &others).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_a_reader_may_open_is_offered() {
    let world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    let (line, _) = pages(&world).await;
    add_member(&world, line.tenant_id, "vera@example.com", MemberRole::Viewer).await;
    add_member(&world, line.tenant_id, "oleg@example.com", MemberRole::Administrator).await;
    let hidden = ["gdpr", "erase", "colleague", "signing secret", "pipeline", "expiry", "hmac", "opening hours", "csv"];
    let viewer = sign_in(&world, "vera@example.com").await;
    for typed in hidden {
        assert_eq!(suggested(&viewer, typed).await, [], "{typed}");
    }
    let mut links = BTreeSet::new();
    for typed in ["password", "quota", "dark", "notifications", "time"] {
        let found = suggested(&viewer, typed).await;
        assert!(!found.is_empty(), "{typed}");
        links.extend(found.into_iter().map(|(href, _)| href));
    }
    let administrator = sign_in(&world, "oleg@example.com").await;
    assert!(suggested(&administrator, "gdpr").await.iter().all(|(href, _)| !href.starts_with("/panel/data")));
    assert_eq!(suggested(&administrator, "colleague").await, []);
    assert!(!suggested(&administrator, "pipeline").await.is_empty());
    for href in links {
        is_there(&viewer, &href).await;
    }
    // One letter is too little.
    assert_eq!(suggested(&administrator, "p").await.len(), 2, "two sources, no setting");
    world.close().await;
}

// Light or dark, chosen without scripts.

async fn a_theme_is_chosen_for_this_browser(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.panel(line.tenant_id).await;
    let page = anna.opens("/panel").await.is(200);
    page.says(&["Appearance", "As on the device", "Light", "Dark"]);
    page.never_says(&["data-theme"]);
    for theme in ["dark", "light"] {
        let answer = anna.sends("/panel/theme", &[("to", theme)]).await;
        assert_eq!(answer.is_redirect(), "/panel", "back to where it was pressed");
        let line = answer.header("set-cookie");
        assert!(
            line.contains("HttpOnly") && line.contains("SameSite=Lax") && line.contains("Max-Age=31536000"),
            "{line}"
        );
        let page = anna.opens("/panel/sources").await.is(200);
        page.says(&[&format!("data-theme=\"{theme}\""), &format!("value=\"{theme}\" aria-pressed=\"true\"")]);
        anna.opens("/panel/nothing").await.is(404).says(&[&format!("data-theme=\"{theme}\"")]);
    }
    anna.sends("/panel/theme", &[("to", "purple")]).await.is(303);
    anna.opens("/panel").await.is(200).says(&["data-theme=\"light\""]);
    anna.sends("/panel/language", &[("to", "ru")]).await.is(303);
    anna.opens("/panel").await.is(200).says(&["Тема", "Как на устройстве", "Светлая", "Тёмная"]);
    // The sign-in looks the same afterwards.
    anna.sends("/panel/theme", &[("to", "dark")]).await.is(303);
    anna.sends("/panel/sign-out", &[]).await.is(303);
    anna.opens("/panel/sign-in").await.is(200).says(&["data-theme=\"dark\""]);
    // In a window of amoCRM pages are light like their surroundings.
    let framed = world.panel(line.tenant_id).await.in_a_frame();
    framed.takes_cookie("theme", "dark");
    let page = framed.opens("/panel").await.is(200);
    page.says(&["data-theme=\"light\""]);
    page.never_says(&["/panel/theme"]);
}

async fn data_is_taken_out_and_erased(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    world.customer(&line, "anna").writes("a secret of anna").await;
    world.customer(&line, "carl").writes("a secret of carl").await;
    world.deliver_all().await;
    let export = owner.opens("/panel/data/export").await.is(200);
    assert!(export.text.contains("a secret of anna") && export.text.trim_end().ends_with('}'), "{}", export.text);
    owner.opens("/panel/data/customer?who=+7+915+000-00-00").await.is(422);
    let chats = conversation::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    let id = chats.iter().find(|chat| chat.external_id == "chat-anna").expect("the chat of anna").id.to_string();
    let confirm = owner.opens(&format!("/panel/data/customer?who={id}")).await.is(200);
    assert!(confirm.text.replace('\u{a0}', " ").contains("1 message"), "{}", confirm.text);
    owner.does("/panel/data/customer", &[("who", &id)]).await;
    let export = owner.opens("/panel/data/export").await.is(200);
    assert!(!export.text.contains("a secret of anna") && export.text.contains("a secret of carl"));

    let wrong = owner.sends("/panel/data/all", &[("account", "beta.amocrm.ru")]).await.is(422);
    assert!(wrong.text.contains("type exactly"), "{}", wrong.text);
    let gone = owner.sends("/panel/data/all", &[("account", HOST)]).await.is(200);
    assert!(gone.text.contains("is erased"), "{}", gone.text);
    assert!(owner.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"));
    let tenant = world.tenant(HOST).await;
    assert!(tenant.is_none_or(|tenant| tenant["status"] != "active"));
}

once!(the_account_page_says_how_it_is_connected, a_theme_is_chosen_for_this_browser, actions_are_in_the_audit_log);
once!(data_is_taken_out_and_erased);
