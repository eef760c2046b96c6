//! Reports, and managers by their names.

mod kept;

use std::time::Duration;

use parom_tests::{Line, Reply, Visitor, World, both, once};
use serde_json::json;
use simulator::crm::HookMessage;

use super::{in_russian, olga, vera};

const MINUTE: u64 = 60;

/// The page, once amoCRM has listed the account's users.
async fn named(world: &World, visitor: &Visitor, path: &str, name: &str) -> Reply {
    let found = async || {
        let page = visitor.opens(path).await.is(200);
        page.text.contains(name).then_some(page)
    };
    world.until("the managers have names", found).await
}

/// The name of the manager who wrote last, as amoCRM has it.
fn last_writer(world: &World, line: &Line) -> String {
    world.sandbox.messages(&line.host).pop().expect("a message").sender_name
}

/// amoCRM's hooks contain the manager's id only.
async fn managers_have_names(world: &mut World) {
    let (line, manager) = world.chatting().await;
    manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    let name = last_writer(world, &line);
    let answer = world.messages().await.into_iter().find(|row| row.direction == 2).expect("the answer");
    assert!(!answer.body.contains(&name), "the hook contained an id only: {}", answer.body);
    let olga = olga(world, line.tenant_id).await;
    let list = named(world, &olga, "/panel/messages", &name).await;
    list.says(&[&format!("data-label=\"Manager\"><bdi>{name}</bdi>")]);
    olga.opens(&format!("/panel/messages/{}", answer.id)).await.is(200).says(&[&format!("{name} wrote in amoCRM")]);
    olga.opens(&format!("/panel/conversations/{}", answer.conversation_id)).await.is(200).says(&[&name]);
    let file = olga.opens("/panel/messages.csv").await.is(200);
    assert!(file.text.contains(&format!("\"{name}\"")), "{}", file.text);
}

/// Anna waits five minutes, Boris one, Carl is not answered, Dora only by a bot.
async fn a_morning(world: &mut World) -> Line {
    let (shop, quiet) = (world.line("shop").await, world.line("quiet").await);
    for name in ["anna", "boris", "carl"] {
        world.customer(&shop, name).writes("Hello").await;
    }
    world.deliver_all().await;
    world.advance(Duration::from_secs(MINUTE));
    world.manager(&shop).answers("boris", "Hello").await;
    world.customer(&shop, "anna").writes("Is anybody there?").await;
    world.advance(Duration::from_secs(4 * MINUTE));
    world.manager(&shop).answers("anna", "Yes").await;
    world.manager(&shop).answers("anna", "I was away").await;
    world.customer(&quiet, "dora").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&quiet).sends("dora", HookMessage::text("We will answer soon").by_salesbot()).await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(55 * MINUTE));
    shop
}

async fn a_report_shows_who_wrote_and_who_waits(world: &mut World) {
    let shop = a_morning(world).await;
    let name = "Maria";
    let visitor = olga(world, shop.tenant_id).await;
    let page = named(world, &visitor, "/panel/reports?period=today", name).await;
    let text = page.text.replace('\u{a0}', " ");
    for said in [
        "<p class=\"figure\">5</p>",
        "<p class=\"figure\">4</p>",
        "2 answers, 95% within 5 min",
        "<p class=\"figure\">1 min</p>",
        "Unanswered chats: 2",
        "1 min / 5 min",
        "Line shop",
        "Line quiet",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    // Three managers' messages; the bot is no manager.
    page.says(&[&format!("<bdi>{name}</bdi></th><td class=\"numbers\" data-label=\"To customers\">3</td>")]);
    page.never_says(&["Salesbot", "Unknown user"]);
    let waiting = page.text.split_once("id=\"unanswered\"").unwrap().1.to_owned();
    let (carl, dora) = (waiting.find("carl").unwrap(), waiting.find("dora").unwrap());
    assert!(carl < dora && !waiting.contains("anna"), "the longest first: {waiting}");
    page.says(&["12:00</th>", "class=\"heat-4\""]);
    // One source, other days, Russian.
    page.says(&[">Line quiet</option>"]);
    let of_shop = visitor.opens(&format!("/panel/reports?period=today&source={}", shop.source_id)).await.is(200);
    of_shop.says(&["Unanswered chats: 1"]);
    of_shop.never_says(&["dora"]);
    visitor.opens("/panel/reports?from=2026-11-01&to=2026-11-19").await.is(200).says(&["No messages in this period"]);
    visitor.opens("/panel/reports?from=2026-01-01").await.is(200).says(&["A report covers 92 days at most"]);
    let russian = in_russian(visitor).await.opens("/panel/reports").await.is(200);
    russian.says(&["Отчёты", "Чаты без ответа: 2", "Когда пишут клиенты"]);
}

async fn tables_are_downloaded(world: &mut World) {
    let shop = a_morning(world).await;
    let visitor = olga(world, shop.tenant_id).await;
    named(world, &visitor, "/panel/reports", "Maria").await.says(&["/panel/reports.csv?table=managers"]);
    let file = async |table: &str| {
        let file = visitor.opens(&format!("/panel/reports.csv?table={table}")).await.is(200);
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        file.text
    };
    let sources = file("sources").await;
    assert!(sources.contains("\"Line shop\",\"4\",\"3\",\"0\",\"2\",\"60000\",\"300000\""), "{sources}");
    let managers = file("managers").await;
    assert!(
        managers.contains("\"Maria\",\"3\",\"2\",\"60000\",\"300000\"") && managers.lines().count() == 2,
        "{managers}"
    );
    let hours = file("hours").await;
    assert!(hours.contains("\"5\",\"12\",\"5\",\"4\",\"0\"") && hours.lines().count() == 1 + 7 * 24, "{hours}");
    let unanswered = file("unanswered").await;
    assert!(unanswered.contains("\"carl\"") && unanswered.contains("\"3600000\""), "{unanswered}");
    visitor.opens("/panel/reports.csv?table=all").await.is(404);
    visitor.opens("/panel/audit").await.is(200).says(&["Report downloaded"]);
    let viewer = vera(world, shop.tenant_id).await;
    viewer.opens("/panel/reports").await.is(200).never_says(&["reports.csv"]);
    viewer.opens("/panel/reports.csv?table=sources").await.is(403);
}

async fn the_api_reports_the_same(world: &mut World) {
    let shop = a_morning(world).await;
    let path = |name: &str| format!("/api/v1/tenants/{}/reports/{name}", shop.tenant_id);
    let known = async || {
        let report = world.api.get(&path("messages?from=2026-11-20&to=2026-11-20")).await.is(200);
        (report.json["by_manager"][0]["manager"]["name"] == "Maria").then_some(report.json)
    };
    let messages = world.until("the managers have names", known).await;
    assert_eq!(messages["total"], json!({"from_customers": 5, "to_customers": 4, "failed": 0}));
    assert_eq!((&messages["from"], &messages["time_zone"]), (&json!("2026-11-20"), &json!("Europe/Moscow")));
    assert_eq!(messages["counted_since"], json!(null));
    assert_eq!(messages["by_manager"].as_array().map(Vec::len), Some(1), "a bot is no manager: {messages}");
    assert_eq!(messages["by_manager"][0]["to_customers"], 3);
    let hour = json!({"weekday": 5, "hour": 12, "from_customers": 5, "to_customers": 4, "failed": 0});
    assert_eq!(messages["by_hour"], json!([hour]));
    let answers = world.api.get(&path("answers")).await.is(200).json;
    assert_eq!(answers["first_answers"], json!({"count": 2, "median_ms": 60_000, "p95_ms": 300_000}));
    assert_eq!(answers["by_source"][0]["source_id"], json!(shop.source_id));
    let waiting = &answers["unanswered"];
    assert_eq!((&waiting["count"], &waiting["items"][0]["name"]), (&json!(2), &json!("carl")));
    assert_eq!(waiting["items"][0]["waits_ms"], 60 * 60_000);
    let of_shop = world.api.get(&path(&format!("answers?source_id={}", shop.source_id))).await.is(200).json;
    assert_eq!(of_shop["unanswered"]["count"], 1);
    for (query, field) in [
        ("from=x", "/from"),
        ("from=2026-11-20&to=2026-11-19", "/to"),
        ("from=2026-01-01&to=2026-11-19", "/from"),
        ("source_id=0190a1b2-7c00-7000-8000-000000000000", "/source_id"),
        ("since=1", "/since"),
    ] {
        let refused = world.api.get(&path(&format!("answers?{query}"))).await.is(422);
        assert_eq!(refused.wrong_fields(), [field], "{query}");
    }
    world.add_key(shop.tenant_id, "prm_reads-only-0123456789abcdefghijklmnop", "read").await;
    let reader = parom_tests::Api::new(&world.api.base(), "prm_reads-only-0123456789abcdefghijklmnop");
    reader.get(&path("messages")).await.is(200);
    // A source of another account is unknown here.
    let other = world.line_at("other.amocrm.ru", "support").await;
    let foreign = world.api.get(&path(&format!("messages?source_id={}", other.source_id))).await.is(422);
    assert_eq!(foreign.wrong_fields(), ["/source_id"]);
}

/// Imported messages, and answers that were written on a phone.
async fn imported_messages_wait_for_no_answer(world: &mut World) {
    let line = world.line("support").await;
    let customer = world.customer(&line, "anna");
    let mut old = customer.body("old-1", "Hello");
    old["sent_at"] = json!("2026-10-01T10:00:00Z");
    customer.posts(&old).await.is(202);
    let mut quiet = world.customer(&line, "boris").body("quiet-1", "Hello");
    quiet["silent"] = json!(true);
    customer.posts(&quiet).await.is(202);
    let carl = world.customer(&line, "carl");
    carl.writes("Hello").await;
    world.advance(Duration::from_secs(2 * MINUTE));
    let by_phone = json!({"id": "phone-1", "conversation": {"id": "chat-carl"}, "sender": {"role": "manager", "id": "m1"},
        "receiver": {"id": "user-carl", "name": "carl"}, "content": {"type": "text", "text": "Hello"}});
    carl.posts(&by_phone).await.is(202);
    world.deliver_to_the_end().await;
    let path = format!("/api/v1/tenants/{}/reports/answers", line.tenant_id);
    let answers = world.api.get(&path).await.is(200).json;
    assert_eq!(answers["unanswered"]["count"], 0, "{answers}");
    assert_eq!(answers["first_answers"], json!({"count": 1, "median_ms": 120_000, "p95_ms": 120_000}));
}

both!(a_report_shows_who_wrote_and_who_waits, imported_messages_wait_for_no_answer);
once!(tables_are_downloaded, managers_have_names, the_api_reports_the_same);
