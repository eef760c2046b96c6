//! What the pages say: overview, account, audit log, data.

use std::time::Duration;

use entity::conversation;
use parom_tests::settings::HOST;
use parom_tests::{World, both, once};

/// A page's text without the content of its links' addresses.
fn without_links(text: &str) -> String {
    let mut parts = text.split("<a ");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('>').unwrap_or_default().1.replacen("</a>", "", 1));
    rest.fold(first, |text, part| text + &part)
}

async fn the_overview_counts_what_happened(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let empty = owner.opens("/panel").await.is(200);
    assert!(empty.text.contains("No messages in this period"), "{}", empty.text);
    assert!(empty.text.contains("No data for the last hour"));
    world.customer(&line, "anna").writes("Hello").await;
    world.customer(&line, "carl").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    let page = owner.opens("/panel").await.is(200);
    let plain = without_links(&page.text.replace('\u{a0}', " "));
    assert!(plain.contains("2 accepted = 2 delivered + 0 failed + 0 waiting"), "{plain}");
    assert!(plain.contains("1 accepted = 0 delivered + 0 failed + 1 waiting"), "{plain}");
    assert!(plain.contains("Balanced") && !plain.contains("The figures differ"));
    assert!(plain.contains("<svg class=\"bars\"") && plain.contains("Most in one hour: 3,"), "{plain}");
    world.deliver_all().await;
    world.advance(Duration::from_secs(86_400));
    let today = owner.opens("/panel").await;
    let today = if today.status == 200 { today } else { world.panel(line.tenant_id).await.opens("/panel").await };
    assert!(today.text.contains("No messages in this period"), "another day");
}

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

both!(actions_are_in_the_audit_log, data_is_taken_out_and_erased);
once!(the_account_page_says_how_it_is_connected, the_overview_counts_what_happened);
