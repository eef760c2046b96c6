//! Messages made from templates that Meta approved.

use base::message::{Button, Marker, Markup, Template};

use super::*;
use crate::template::{RegisteredHeader, RegisteredTemplate, TemplateFileKind};

fn registered(header: RegisteredHeader, content: &str) -> RegisteredTemplate {
    RegisteredTemplate {
        id: "990011223344".into(),
        name: "order_ready_v2".into(),
        language: "ru".into(),
        header,
        content: content.to_owned(),
        buttons: Vec::new(),
    }
}

fn values(values: &[(&str, &str)]) -> Template {
    let params = values.iter().map(|(key, value)| Marker { key: (*key).to_owned(), value: (*value).to_owned() });
    Template { id: "7103".into(), params: params.collect(), ..Template::default() }
}

fn made(registered: RegisteredTemplate, given: &[(&str, &str)], content: Content) -> Message {
    Message { template: Some(values(given)), registered_template: Some(registered), ..message(content) }
}

#[tokio::test]
async fn values_are_sent_in_the_order_of_their_markers() {
    let content = "Hi {{contact.name}}, order {{lead.id}} for {{contact.name}} is ready";
    let given = [("{{lead.id}}", "1592"), ("{{contact.name}}", "Мария\n  К.")];
    let posted =
        posted(made(registered(RegisteredHeader::None, content), &given, text("Hi Мария, order 1592 …"))).await;
    let expected = json!({ "type": "template", "template": { "name": "order_ready_v2", "language": { "code": "ru" }, "components": [
        { "type": "body", "parameters": [{ "type": "text", "text": "Мария; К." }, { "type": "text", "text": "1592" }] } ] } });
    assert_eq!(posted, [expected], "the final text is not sent");
}

#[tokio::test]
async fn parts_without_variables_are_left_out_and_missing_values_are_dashes() {
    let plain =
        posted(made(registered(RegisteredHeader::Text("Order".into()), "It is ready"), &[], text("It is ready"))).await;
    assert_eq!(plain[0]["template"]["components"], json!([]));
    let header = RegisteredHeader::Text("Order {{lead.id}}".into());
    let gap = posted(made(registered(header, "Hi {{contact.name}}!"), &[("\\{\\{lead.id}}", "7")], text("x"))).await;
    let parameter = |value: &str| json!([{ "type": "text", "text": value }]);
    assert_eq!(
        gap[0]["template"]["components"],
        json!([
        { "type": "header", "parameters": parameter("7") }, { "type": "body", "parameters": parameter("–") } ])
    );
}

#[tokio::test]
async fn a_file_is_sent_in_the_header() {
    let document = Content::File(Media { text: Some("the final text".into()), ..kept("order.pdf", "application/pdf") });
    let posted =
        posted(made(registered(RegisteredHeader::File(TemplateFileKind::Document), "Ready"), &[], document)).await;
    let file = json!({ "type": "document", "document": { "id": "media-1", "filename": "order.pdf" } });
    assert_eq!(posted[0]["template"]["components"], json!([{ "type": "header", "parameters": [file] }]));
}

#[tokio::test]
async fn a_links_variable_is_its_end() {
    let url = |url: &str| Button { text: "Order".into(), url: Some(url.to_owned()) };
    let reply = Button { text: "Thanks".into(), url: None };
    let buttons = vec![url("https://acme.test/shop"), url("https://acme.test/o/{{lead.id}}"), reply];
    let with = RegisteredTemplate { buttons, ..registered(RegisteredHeader::None, "Ready") };
    let posted = posted(made(with, &[("{{lead.id}}", "1592")], text("Ready"))).await;
    let expected = json!([{ "type": "button", "sub_type": "url", "index": "2", "parameters": [{ "type": "text", "text": "1592" }] }]);
    assert_eq!(posted[0]["template"]["components"], expected, "replies come first at Meta");
}

/// amoCRM may send only the values of the text; the link is filled in where the message has it as a button.
#[tokio::test]
async fn a_links_end_is_found_in_the_messages_own_button() {
    let url = |url: &str| Button { text: "Order".into(), url: Some(url.to_owned()) };
    let with = || RegisteredTemplate {
        buttons: vec![url("https://acme.test/o/{{lead.id}}")],
        ..registered(RegisteredHeader::None, "Ready")
    };
    for (address, end) in [
        ("https://acme.test/o/1592", "1592"),
        ("https://acme.test/o/{{lead.id}}", "–"),
        ("https://acme.test/other", "–"),
    ] {
        let message =
            Message { markup: Some(Markup::Buttons(vec![vec![url(address)]])), ..made(with(), &[], text("Ready")) };
        let components = posted(message).await[0]["template"]["components"].clone();
        assert_eq!(components[0]["parameters"][0]["text"], end, "{address}");
    }
}

#[tokio::test]
async fn a_template_in_parts_is_sent_once_and_one_that_is_not_registered_as_its_text() {
    let second = Message {
        part: PartNumber { number: 2, of: 2 },
        ..made(registered(RegisteredHeader::None, "Ready"), &[], text("rest"))
    };
    let (report, number) = sent(second, []).await;
    taken(&report);
    assert!(number.fake.calls().is_empty());
    let plain = Message { template: Some(values(&[])), ..message(text("It is ready")) };
    assert_eq!(posted(plain).await[0]["text"]["body"], "It is ready");
}

#[tokio::test]
async fn values_that_meta_refuses_for_their_spaces_go_once_more() {
    let odd = "a\u{a0}\u{a0}b";
    let template =
        made(registered(RegisteredHeader::None, "Hi {{contact.name}}!"), &[("{{contact.name}}", odd)], text("x"));
    let (report, number) = sent(template, [ScriptedAnswer::refused(132_007, "character policy violated")]).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected, "there is nothing to change");
    assert_eq!(number.posted()[0]["template"]["components"][0]["parameters"][0]["text"], "a b");
}
