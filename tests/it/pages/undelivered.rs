//! What Parom gave up: chosen, counted, sent again or removed, taken out as a table.

use std::time::Duration;

use entity::conversation;
use parom_tests::{Answer, Line, World, both, once};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::json;

use super::olga;

/// Two messages of managers that the messenger refused, of customers with these names.
async fn refused(world: &mut World, names: &[&str]) -> Line {
    let line = world.line("support").await;
    for name in names {
        let body = json!({
            "id": format!("m-{}", name.len()), "conversation": {"id": "chat-x"},
            "sender": {"role": "client", "id": "user-x", "name": name},
            "content": {"type": "text", "text": "Hello"},
        });
        let mut body = body;
        body["conversation"]["id"] = json!(format!("chat-{}", name.len()));
        world.customer(&line, "x").posts(&body).await.is(202);
        world.deliver_all().await;
        world.messenger.answers_next([Answer::status(422)]);
        let customer = name.len().to_string();
        world.manager(&line).answers(&customer, "Good morning").await;
        world.deliver_all().await;
    }
    line
}

fn boxes(text: &str) -> Vec<String> {
    let found = text.split("name=\"id\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    found.map(str::to_owned).collect()
}

async fn many_are_counted_first_and_sent_again_once(world: &mut World) {
    let line = refused(world, &["anna", "boris"]).await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/undelivered").await.is(200);
    list.says(&["2 undelivered", "anna", "boris", "Refused", "Your server answered 422."]);
    let ids = boxes(&list.text);
    assert_eq!(ids.len(), 2);
    let none = visitor.does("/panel/undelivered/confirm", &[("do", "retry")]).await;
    none.says(&["Nothing is selected"]);
    let asked = visitor.sends("/panel/undelivered/confirm", &[("do", "retry"), ("all", "1")]).await.is(200);
    asked.says(&["2 messages will be sent again", "None can arrive twice", "Send 2 again"]);
    assert_eq!(world.messenger.received().len(), 2, "counting sends nothing");
    assert!(
        asked.text.contains("name=\"all\" value=\"1\""),
        "all that match, not those that were counted: {}",
        asked.text
    );
    let fields: Vec<(&str, &str)> =
        [("do", "retry")].into_iter().chain(ids.iter().map(|id| ("id", id.as_str()))).collect();
    visitor
        .does("/panel/undelivered/decide", &fields)
        .await
        .says(&["2 messages are queued again.", "Nothing to send again"]);
    visitor.does("/panel/undelivered/decide", &fields).await.says(&["Nothing was left to send again."]);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().len(), 2);
    let log = visitor.opens("/panel/audit").await.is(200);
    assert!(log.text.contains("Olga Owner"), "{}", log.text);
}

async fn all_that_match_are_taken_up_at_their_rate_and_stopped(world: &mut World) {
    let line = refused(world, &["anna", "boris"]).await;
    let visitor = olga(world, line.tenant_id).await;
    let filter = [("do", "retry"), ("all", "1"), ("reason", "rejected"), ("source", ""), ("period", "7d")];
    let begun = visitor.does("/panel/undelivered/decide", &filter).await;
    begun.says(&["Started with 2 messages, 20 a second.", "Sending again: 0 of 2"]);
    assert_eq!(world.messenger.received().len(), 2, "nothing is done within the request");
    let stop = begun.text.split("action=\"").find(|part| part.contains("/stop/")).unwrap();
    let stop = stop.split('"').next().unwrap().to_owned();
    visitor.does(&stop, &[]).await.says(&["Stopped. The rest stays undelivered.", "2 undelivered"]);
    visitor.does(&stop, &[]).await.says(&["Already finished."]);
    world.advance(Duration::from_secs(1));
    world.works("replays").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), 2, "nothing is sent after the stop");
    let drop = [("do", "drop"), ("all", "1")];
    visitor.does("/panel/undelivered/decide", &drop).await.says(&["Removing: 0 of 2"]);
    assert_eq!(world.works("replays").await, 1);
    visitor.opens("/panel/undelivered").await.is(200).says(&["Nothing to send again"]);
    let log = visitor.opens("/panel/audit").await.is(200);
    log.says(&["Undelivered sent again", "Work on the undelivered stopped", "Undelivered removed"]);
}

async fn some_are_removed_by_their_reason(world: &mut World) {
    let line = refused(world, &["anna", "boris"]).await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/undelivered?reason=rejected").await.is(200);
    let ids = boxes(&list.text);
    visitor.opens("/panel/undelivered?reason=too_old").await.is(200).says(&["Nothing found"]);
    let asked = visitor.sends("/panel/undelivered/confirm", &[("do", "drop"), ("id", &ids[0])]).await.is(200);
    asked.says(&["1 message will not be delivered", "Remove 1"]);
    visitor
        .does("/panel/undelivered/decide", &[("do", "drop"), ("id", &ids[0])])
        .await
        .says(&["1 message is removed.", "1 undelivered"]);
    visitor.sends("/panel/undelivered/decide", &[("do", "burn"), ("id", &ids[1])]).await.is(400);
    visitor.sends("/panel/undelivered/decide", &[("do", "drop"), ("id", "1 OR 1=1")]).await.is(400);
    visitor.opens("/panel/undelivered").await.is(200).says(&["1 undelivered"]);
}

async fn the_table_holds_no_formulas_and_no_texts(world: &mut World) {
    let line = refused(world, &["=HYPERLINK(1)", "@SUM"]).await;
    let visitor = olga(world, line.tenant_id).await;
    let csv = visitor.opens("/panel/undelivered.csv").await.is(200);
    assert!(csv.header("content-disposition").contains("attachment"));
    assert!(csv.text.contains("\"'=HYPERLINK(1)\"") && csv.text.contains("\"'@SUM\""), "{}", csv.text);
    assert_eq!(csv.text.lines().count(), 3);
    csv.never_says(&["Good morning"]);
    let none = visitor.opens("/panel/undelivered.csv?reason=too_old").await.is(200);
    assert_eq!(none.text.lines().count(), 1);
}

/// Sending again cannot reach a customer who still blocks the bot: the page shows this before.
async fn the_page_warns_if_the_customer_still_blocks_the_bot(world: &mut World) {
    let line = refused(world, &["anna", "boris"]).await;
    let visitor = olga(world, line.tenant_id).await;
    let db = world.app().store.write();
    let mut chats = conversation::Entity::of_tenant(line.tenant_id).all(db).await.unwrap();
    let mut shut = chats.remove(0).into_active_model();
    shut.shut_at = Set(world.clock.millis());
    shut.update(db).await.unwrap();
    let asked = visitor.sends("/panel/undelivered/confirm", &[("do", "retry"), ("all", "1")]).await.is(200);
    asked.says(&["2 messages will be sent again", "1 of them goes to a customer who still blocks the bot"]);
    let dropped = visitor.sends("/panel/undelivered/confirm", &[("do", "drop"), ("all", "1")]).await.is(200);
    dropped.never_says(&["still blocks the bot"]);
}

both!(many_are_counted_first_and_sent_again_once, all_that_match_are_taken_up_at_their_rate_and_stopped);
once!(
    the_page_warns_if_the_customer_still_blocks_the_bot,
    some_are_removed_by_their_reason,
    the_table_holds_no_formulas_and_no_texts
);
