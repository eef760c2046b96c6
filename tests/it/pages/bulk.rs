//! The list of messages as a tool: filters that are kept under a name, and what is done with several messages at once.

use entity::{dead_letter, saved_view};
use parom::identity::MemberRole;
use parom_tests::{Answer, Line, Visitor, World, both, once};
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{ids, olga};
use crate::panel::{add_member, sign_in};

/// Messages of Anna and Boris that arrived, and two answers that the messenger refused.
async fn some(world: &mut World) -> Line {
    let line = world.line("support").await;
    for name in ["anna", "boris"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422), Answer::status(422)]);
    for name in ["anna", "boris"] {
        world.manager(&line).answers(name, "Good morning").await;
        world.deliver_all().await;
    }
    line
}

async fn undelivered(world: &World) -> u64 {
    dead_letter::Entity::find().count(world.app().store.read()).await.unwrap()
}

async fn saves(visitor: &Visitor, name: &str, filter: &str) -> u16 {
    visitor.sends("/panel/messages/views", &[("name", name), ("filter", filter)]).await.status
}

async fn a_filter_is_kept_under_a_name(world: &mut World) {
    let line = some(world).await;
    add_member(world, line.tenant_id, "vera@example.com", MemberRole::Viewer).await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/messages?state=failed&q=anna&period=30d").await.is(200);
    list.says(&["Failed</bdi>", "anna</bdi>", "Save this filter"]);
    // Each chip leads to the list without its filter.
    assert!(
        list.text.contains("href=\"/panel/messages?q=anna&amp;period=30d\"")
            || list.text.contains("q=anna&#38;period=30d"),
        "{}",
        list.text
    );
    let filter = list.between("name=\"filter\" value=\"", "\"").unwrap().replace("&#38;", "&").replace("&amp;", "&");
    assert_eq!(saves(&visitor, "  Not   delivered ", &filter).await, 303);
    let row = saved_view::Entity::find().one(world.app().store.read()).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.author.as_str()), ("Not delivered", "Olga Owner"));
    assert!(!row.query.contains("anna") && row.query.contains("state=failed"), "{}", row.query);
    let list = visitor.opens(&format!("/panel/messages?{}", row.query)).await.is(200);
    list.says(&["Not delivered", "aria-current=\"page\"><bdi>Not delivered", "2 messages found"]);
    list.never_says(&["Save this filter"]);
    // What is not a filter of the list is not kept.
    assert_eq!(saves(&visitor, "Odd", "state=failed&x=1&cursor=abc").await, 303);
    let queries: Vec<String> = saved_view::Entity::find()
        .all(world.app().store.read())
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.query)
        .collect();
    assert!(queries.iter().all(|query| !query.contains("x=1") && !query.contains("cursor")), "{queries:?}");
    // Names are told apart, and bounded.
    visitor.opens("/panel/messages/views").await.is(200).says(&["Olga Owner", "Rename"]);
    for wrong in ["", "not DELIVERED", &"x".repeat(61)] {
        assert_eq!(saves(&visitor, wrong, "state=failed").await, 422, "{wrong}");
    }
    let rename = format!("/panel/messages/views/{}", row.id);
    assert_eq!(visitor.sends(&rename, &[("name", "odd")]).await.status, 422);
    visitor.does(&rename, &[("name", "Broken")]).await.says(&["Broken", "Renamed"]);
    // A viewer sees them and changes none.
    let vera = sign_in(world, "vera@example.com").await;
    let page = vera.opens("/panel/messages/views").await.is(200);
    page.says(&["Broken"]);
    page.never_says(&["Rename", "Delete"]);
    assert_eq!(saves(&vera, "Mine", "state=failed").await, 403);
    vera.sends(&format!("{rename}/delete"), &[]).await.is(403);
    visitor.opens("/panel/messages/views").await.is(200);
    visitor.does(&format!("{rename}/delete"), &[]).await.never_says(&["Broken"]);
    visitor.sends(&format!("{rename}/delete"), &[]).await.is(404);
    for number in 1..20 {
        assert_eq!(saves(&visitor, &format!("View {number}"), "state=failed").await, 303);
    }
    assert_eq!(saves(&visitor, "One more", "state=failed").await, 422);
}

async fn selected_messages_are_sent_again_after_a_plan(world: &mut World) {
    let line = some(world).await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/messages").await.is(200);
    let all = ids(&list);
    assert_eq!(all.len(), 4);
    assert_eq!(list.text.matches(" data-failed").count(), 2, "the others cannot be sent again");
    let mut fields: Vec<(&str, &str)> = all.iter().map(|id| ("id", id.as_str())).collect();
    fields.extend([("do", "retry"), ("filter", "period=7d")]);
    let plan = visitor.sends("/panel/messages/bulk", &fields).await.is(200);
    plan.says(&["2 selected messages stay as they are", "Send 2"]);
    assert_eq!(undelivered(world).await, 2, "a plan changes nothing");
    let letters: Vec<&str> =
        plan.text.split("name=\"id\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut fields: Vec<(&str, &str)> = letters.iter().map(|id| ("id", *id)).collect();
    fields.push(("do", "retry"));
    visitor.sends("/panel/undelivered/decide", &fields).await.is(303);
    assert_eq!(undelivered(world).await, 0);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "Good morning"]);
    // Nothing is left, and nobody is told otherwise.
    let fields = [("all", "1"), ("do", "drop"), ("filter", "period=7d")];
    visitor.does("/panel/messages/bulk", &fields).await.says(&["None of these messages is undelivered"]);
    visitor.does("/panel/messages/bulk", &[("do", "retry"), ("filter", "")]).await.says(&["Nothing is selected"]);
}

async fn all_that_match_are_removed_and_exported(world: &mut World) {
    let line = some(world).await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/messages").await.is(200);
    let one = ids(&list)[0].clone();
    let file = visitor.sends("/panel/messages/bulk", &[("id", &one), ("do", "csv"), ("filter", "")]).await.is(200);
    assert!(file.header("content-type").starts_with("text/csv") && file.text.contains(&one), "{}", file.text);
    assert_eq!(file.text.trim_end().lines().count(), 2, "{}", file.text);
    let all = [("all", "1"), ("do", "csv"), ("filter", "state=failed&period=7d")];
    let there = visitor.sends("/panel/messages/bulk", &all).await.is_redirect();
    assert!(there.starts_with("/panel/messages.csv?") && there.contains("state=failed"), "{there}");
    // Only those that match: Boris's answer is searched for.
    visitor.opens("/panel/messages").await.is(200);
    let fields = [("all", "1"), ("do", "drop"), ("filter", "q=boris")];
    let plan = visitor.sends("/panel/messages/bulk", &fields).await.is(200);
    let letter = plan.field("id");
    visitor.sends("/panel/undelivered/decide", &[("id", &letter), ("do", "drop")]).await.is(303);
    assert_eq!(undelivered(world).await, 1);
    // Without the right, and without a form of ours: nothing.
    visitor.sends("/panel/messages/bulk", &[("do", "burn"), ("id", &one), ("filter", "")]).await.is(400);
    visitor.sends("/panel/messages/bulk", &[("do", "retry"), ("id", "x"), ("filter", "")]).await.is(400);
}

once!(a_filter_is_kept_under_a_name);
both!(selected_messages_are_sent_again_after_a_plan, all_that_match_are_removed_and_exported);
