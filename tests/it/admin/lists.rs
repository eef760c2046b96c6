//! Lists over all accounts: found, counted, a page at a time.

use base::store::VENDOR;
use entity::{alert, tenant};
use parom_tests::settings::HOST;
use parom_tests::{Answer, World, both, once};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;
use simulator::crm::{Fault, Part};
use uuid::Uuid;

use super::operator::Operator;

/// Accounts that exist here alone.
pub async fn add_tenants(world: &World, count: i64) {
    let template = tenant::Entity::find().one(world.app().store.read()).await.unwrap().unwrap();
    for number in 0..count {
        let row = tenant::Model {
            tenant_id: world.clock.uuid_v7(),
            host: format!("shop{number}.amocrm.ru"),
            name: format!("Магазин {number}"),
            account_id: 900_000 + number,
            status: if number % 2 == 0 { "unpaid".into() } else { "active".into() },
            suspended: number == 7,
            ..template.clone()
        };
        tenant::Entity::insert(row.into_active_model())
            .exec_without_returning(world.app().store.write())
            .await
            .unwrap();
    }
}

/// Hosts of the accounts of a page, in its order.
pub fn hosts(text: &str) -> Vec<String> {
    let rows = text.split("<th scope=\"row\"").skip(1);
    rows.map(|row| row.split("\">").nth(2).unwrap().split('<').next().unwrap().to_owned()).collect()
}

async fn accounts_are_found_a_page_at_a_time(world: &mut World) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.active(HOST).await;
    add_tenants(world, 60).await;
    let olga = Operator::signed_in(world).await;
    let first = olga.opens("/admin/accounts").await.is(200);
    assert_eq!(hosts(&first.text).len(), 50);
    assert_eq!(hosts(&first.text)[0], "shop59.amocrm.ru", "newest first");
    let next = first.text.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = olga.opens(&next.replace("&amp;", "&").replace("&#38;", "&")).await.is(200);
    let rest = hosts(&second.text);
    assert_eq!((rest.len(), rest.last().unwrap().as_str()), (11, HOST));
    assert!(!second.text.contains("rel=\"next\""));

    let found =
        async |olga: &Operator, query: &str| hosts(&olga.opens(&format!("/admin/accounts?{query}")).await.is(200).text);
    assert_eq!(found(&olga, "q=SHOP12").await, ["shop12.amocrm.ru"]);
    assert_eq!(found(&olga, "q=900013").await, ["shop13.amocrm.ru"]);
    assert_eq!(found(&olga, &format!("q={}", "%D0%9C%D0%B0%D0%B3%D0%B0%D0%B7%D0%B8%D0%BD%2014")).await.len(), 1);
    assert_eq!(found(&olga, "q=%25").await.len(), 0, "a per cent sign is a sign");
    assert_eq!(found(&olga, "q=shop&state=unpaid").await.len(), 30);
    assert_eq!(found(&olga, "state=suspended").await, ["shop7.amocrm.ru"]);
    assert_eq!(found(&olga, "state=active").await.len(), 30, "29 of the made and the installed one");
    assert_eq!(found(&olga, "state=uninstalled").await.len(), 0);
    olga.opens("/admin/accounts?cursor=x").await.is(422);
}

async fn an_account_is_found_by_a_message(world: &mut World) {
    let (line, manager) = world.chatting().await;
    add_tenants(world, 3).await;
    world.customer(&line, "anna").writes("Hello").await;
    manager.answers("anna", "Good morning").await;
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    let found = async |id: &str| hosts(&olga.opens(&format!("/admin/accounts?q={}", escape(id))).await.is(200).text);
    let keys = entity::dedupe::Entity::find().all(world.app().store.read()).await.unwrap();
    let is_message = |key: &&entity::dedupe::Model| [1, 2].contains(&key.event);
    let messages: Vec<_> = keys.iter().filter(is_message).collect();
    assert!(messages.len() >= 3, "of the customer, the manager and amojo: {}", messages.len());
    for key in messages {
        assert_eq!(found(&key.external_id).await, [HOST], "{}", key.external_id);
        assert_eq!(found(&key.message_id.to_string()).await, [HOST]);
    }
    assert!(found(&Uuid::nil().to_string()).await.is_empty());
    assert!(found("Good").await.is_empty(), "texts are not searched");
    assert!(found("x\u{0}y").await.is_empty());
}

pub fn escape(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn queues_show_where_and_why_letters_wait(world: &mut World) {
    let line = world.line("support").await;
    let olga = Operator::signed_in(world).await;
    let empty = olga.opens("/admin/queues").await.is(200);
    assert!(empty.text.contains("Nothing is waiting anywhere."), "{}", empty.text);
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    world.customer(&line, "anna").writes("one").await;
    world.customer(&line, "boris").writes("two").await;
    world.deliver_all().await;
    // Of a time to come no page says "just now".
    let soon = olga.opens("/admin/queues").await.is(200);
    assert!(soon.text.contains("next attempt <time") && soon.text.contains(">within a minute<"), "{}", soon.text);
    for _ in 0..12 {
        world.advance(std::time::Duration::from_secs(60));
        world.deliver_all().await;
    }
    let page = olga.opens("/admin/queues").await.is(200);
    for wanted in [HOST, "to amoCRM", "in a row", "12\u{a0}min", "Try now", "amojo:main"] {
        assert!(page.text.contains(wanted), "{wanted} is not in {}", page.text);
    }
    let list = olga.opens("/admin/accounts").await.is(200);
    assert!(list.text.contains("12\u{a0}min"), "the age of the oldest letter: {}", list.text);
    world.sandbox.faults().clear();
    let action = page.text.split("action=\"/admin/queues/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    olga.sends(&format!("/admin/queues/{action}"), &[]).await.is(303);
    world.deliver_all().await;
    assert!(!world.texts_at_crm(&line).is_empty(), "tried without waiting for the back-off's end");
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line).len(), 2);
    olga.sends(&format!("/admin/queues/{}/{}/try", line.tenant_id, Uuid::from_u128(9)), &[]).await.is(404);
    let after = olga.opens("/admin/queues").await.is(200);
    assert!(!after.text.contains("Try now") && !after.text.contains("next attempt"), "{}", after.text);
    assert!(after.text.contains("Nothing is waiting") && !after.text.contains("Being sent"), "{}", after.text);
}

async fn a_paused_source_is_not_tried_by_hand(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    let page = olga.opens("/admin/queues").await.is(200);
    assert!(page.text.contains("The source is paused.") && !page.text.contains("Try now"), "{}", page.text);
    let path = format!("/admin/queues/{}/{}/try", line.tenant_id, line.source_id);
    olga.sends(&path, &[]).await.is(303);
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), Vec::<String>::new(), "it stays paused");
    world.leave_letters();
}

async fn dead_letters_are_counted_without_their_texts(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_by(|_| Answer::status(400));
    for text in ["canary one", "canary two"] {
        world.manager(&line).answers("anna", text).await;
    }
    world.deliver_to_the_end().await;
    let olga = Operator::signed_in(world).await;
    let page = olga.opens("/admin/undelivered").await.is(200);
    assert_eq!(hosts(&page.text), [HOST]);
    assert!(page.text.contains("The messenger refused the message"), "{}", page.text);
    assert!(page.text.contains("data-label=\"Count\">2<") && !page.text.contains("canary"), "{}", page.text);
    let next = olga.opens(&format!("/admin/undelivered?after={}", line.tenant_id)).await.is(200);
    assert!(hosts(&next.text).is_empty());
}

async fn alerts_and_the_log_are_read(world: &mut World) {
    let line = world.line("support").await;
    let row = alert::Model {
        tenant_id: VENDOR,
        key: "x".into(),
        kind: "never_heard_of".into(),
        source_id: None,
        detail: json!({"tenant_id": line.tenant_id, "host": HOST, "said": "<b>no</b>"}).to_string(),
        opened_at: world.clock.millis(),
        last_at: world.clock.millis(),
        count: 3,
        resolved_at: None,
        muted_until: None,
        letter_at: None,
        letters: 0,
        lettered_at: None,
        taken_by: String::new(),
    };
    alert::Entity::insert(row.into_active_model()).exec_without_returning(world.app().store.write()).await.unwrap();
    let olga = Operator::signed_in(world).await;
    let page = olga.opens("/admin/alerts").await.is(200);
    assert!(page.text.contains("Alert never_heard_of") && page.text.contains("3\u{a0}times"), "{}", page.text);
    assert!(page.text.contains(&line.tenant_id.to_string()) && !page.text.contains("<b>no"), "{}", page.text);

    let log = olga.opens("/admin/audit").await.is(200);
    assert!(log.text.contains("operator.signed_in") && log.text.contains("Command line"), "{}", log.text);
    let some = olga.opens("/admin/audit?what=operator.enrolled&who=Olga&from=2026-11-20&to=2026-11-20").await.is(200);
    assert!(some.text.contains("operator.enrolled") && !some.text.contains("operator.signed_in<"), "{}", some.text);
    for none in ["what=operator%25", "from=2026-11-21", "to=2026-11-19"] {
        let page = olga.opens(&format!("/admin/audit?{none}")).await.is(200);
        assert!(page.text.contains("Nothing was changed in this period."), "{none}: {}", page.text);
    }
    let wrong = olga.opens("/admin/audit?account=nobody.amocrm.ru").await.is(200);
    assert!(wrong.text.contains("There is no such account"));
    let own = olga.opens(&format!("/admin/audit?account={HOST}")).await.is(200);
    let link = |text: &str| format!("<a href=\"/admin/accounts/{}\">{text}</a>", line.tenant_id);
    own.says(&[
        "Source added",
        "messenger: Your own messenger (API)",
        "source.created",
        &link("Line support"),
        &link(HOST),
    ]);
    // Ids are folded below the sentence.
    let shown = own.text.split("<details>").map(|part| part.rsplit("</details>").next().unwrap_or_default());
    let shown: String = shown.collect();
    assert!(!shown.contains(&format!(">{}<", line.source_id)) && !shown.contains("{\""), "{shown}");
    let log = olga.opens("/admin/audit?what=operator.").await.is(200);
    log.says(&["<a href=\"/admin/operators\">Olga</a>", "As stored"]);
    let russian = olga.opens(&format!("/admin/audit?account={HOST}&lang=ru")).await.is(200);
    russian.says(&["Добавлен источник", "Как записано", &link("Line support")]);
    olga.opens("/admin/audit?lang=en").await.is(200);
    let csv = olga.opens("/admin/audit.csv?what=operator.").await.is(200);
    let lines: Vec<&str> = csv.text.lines().collect();
    assert!(lines[0].contains("at,account_id,who_kind"), "{}", csv.text);
    assert_eq!(lines.len(), 4, "added, enrolled, signed in: {}", csv.text);
    assert!(csv.header("content-disposition").contains("parom-audit.csv"));
}

async fn doctor_and_letter_are_shown(world: &mut World) {
    // Doctor signs by the machine's clock, the sandbox looks at the frozen one.
    world.allow_problems();
    let olga = Operator::signed_in(world).await;
    let quiet = olga.opens("/admin/doctor").await.is(200);
    assert!(quiet.text.contains("Run checks") && !quiet.text.contains("public_url"));
    let ran = olga.opens("/admin/doctor?run=all").await.is(200);
    for wanted in ["public_url", "database", "migrations", "warn"] {
        assert!(ran.text.contains(wanted), "{wanted} is not in {}", ran.text);
    }
    // Failures and warnings come first; passed checks are folded.
    let place = |what: &str| ran.text.find(what).unwrap_or_else(|| panic!("{what} is not in {}", ran.text));
    let [folded, warning, passed] = [place("checks passed"), place("public_url"), place("migrations")];
    assert!(warning < folded && folded < passed, "{}", ran.text);
    let russian = olga.opens("/admin/doctor?run=all&lang=ru").await.is(200);
    russian.says(&["предупреждение", "не https"]);
    russian.never_says(&[">warn<", ">FAIL<"]);
    olga.opens("/admin/doctor?lang=en").await.is(200);
    let letter = olga.opens("/admin/channels/letter?integration=main&letter=ru").await.is(200);
    assert!(letter.text.contains("Добрый день.") && letter.text.contains("vendor.support_email"), "{}", letter.text);
    olga.opens("/admin/channels/letter?integration=other").await.is(404);
    olga.opens("/admin/channels/letter?integration=main&channel=x").await.is(404);
    let icon = olga.opens("/admin/assets/channel-icon.svg").await.is(200);
    assert_eq!(icon.header("content-type"), "image/svg+xml");
    assert!(icon.text.len() < 1024, "less than 1 KB, as the letter says");
    let russian = olga.opens("/admin/accounts?lang=ru").await.is(200);
    assert!(russian.text.contains("<h1>Аккаунты</h1>") && olga.cookie("lang").unwrap() == "ru");
}

async fn the_doctor_says_why_a_source_stopped_and_what_was_given_up(world: &mut World) {
    // As above.
    world.allow_problems();
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.customer(&line, "boris").writes("Hello").await;
    world.deliver_all().await;
    // D26: where something was given up, the check leads to the reasons.
    let blocked = json!({"status": "failed", "error": {"code": "recipient_blocked"}});
    world.messenger.answers_next([Answer::Status(200, blocked)]);
    world.manager(&line).answers("boris", "Good morning").await;
    world.deliver_all().await;
    let olga = Operator::signed_in(world).await;
    let page = olga.opens("/admin/doctor?run=all").await.is(200);
    page.says(&["1 item was given up", "see the reasons with parom dead list"]);
    world.messenger.answers_next([Answer::status(401)]);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let page = olga.opens("/admin/doctor?run=all&lang=ru").await.is(200);
    page.says(&["мессенджер больше не принимает сохранённый доступ (ваш сервер ответил 401)"]);
    page.never_says(&["access_refused", "your server answered"]);
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
}

both!(accounts_are_found_a_page_at_a_time, an_account_is_found_by_a_message);
once!(
    the_doctor_says_why_a_source_stopped_and_what_was_given_up,
    a_paused_source_is_not_tried_by_hand,
    alerts_and_the_log_are_read,
    doctor_and_letter_are_shown,
    queues_show_where_and_why_letters_wait,
    dead_letters_are_counted_without_their_texts
);
