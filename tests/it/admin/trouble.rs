//! The top of an account's page: what is wrong, and one thing to do.

use parom::alert::{self, Alarm};
use parom_tests::{World, once};
use serde_json::json;

use super::operator::Operator;

async fn the_top_of_the_page_says_what_is_wrong_and_what_to_do(world: &mut World) {
    let line = world.line("support").await;
    let account = format!("/admin/accounts/{}", line.tenant_id);
    let olga = Operator::signed_in(world).await;
    let page = olga.opens(&account).await.is(200);
    page.says(&["No problems"]);
    page.never_says(&["Whom it concerns"]);

    let object = line.source_id.to_string();
    let detail = json!({ "source": "Line support", "said": "401" });
    let alarm = Alarm {
        tenant_id: line.tenant_id,
        kind: "source_stopped",
        object: &object,
        source_id: Some(line.source_id),
        detail,
    };
    alert::raise(world.app(), world.app().store.write(), alarm).await.unwrap();
    let page = olga.opens(&account).await.is(200);
    page.never_says(&["No problems"]);
    let top = page.between("id=\"wrong\"", "</table>").expect("a table").to_owned();
    for wanted in ["Whom it concerns", "Line support", "<time", &format!("href=\"{account}/view-as\"")] {
        assert!(top.contains(wanted), "{wanted} is not in {top}");
    }

    olga.sends(&format!("{account}/suspend"), &[("reason", "not paid")]).await.is(303);
    let page = olga.opens(&account).await.is(200);
    let top = page.between("id=\"wrong\"", "</table>").expect("a table").to_owned();
    assert!(top.contains("Suspended") && top.contains("href=\"#service\""), "{top}");
    olga.sends(&format!("{account}/resume"), &[]).await.is(303);
    alert::resolve(world.app(), world.app().store.write(), line.tenant_id, "source_stopped", &object).await.unwrap();
    olga.opens(&account).await.is(200).says(&["No problems"]);
}

once!(the_top_of_the_page_says_what_is_wrong_and_what_to_do);
