use base::message::Section;

use super::*;

const ID: Uuid = Uuid::from_u128(0x0190_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001);

fn button(text: &str, url: Option<&str>) -> Button {
    Button { text: text.to_owned(), url: url.map(str::to_owned) }
}

fn texts(texts: &[&str]) -> Markup {
    Markup::Buttons(texts.iter().map(|text| vec![button(text, None)]).collect())
}

fn made(markup: &Markup) -> Vec<Interactive> {
    match choices(ID, markup, Words::new(Language::En)) {
        Choices::Interactive(made) => made,
        Choices::Lines(lines) => panic!("{lines}"),
    }
}

fn lines(markup: &Markup) -> String {
    match choices(ID, markup, Words::new(Language::En)) {
        Choices::Lines(lines) => lines,
        other @ Choices::Interactive(_) => panic!("{other:?}"),
    }
}

#[test]
fn three_short_buttons_are_reply_buttons_that_lead_back() {
    let markup = texts(&["Yes", "No", "twenty characters ok"]);
    let [only] = <[Interactive; 1]>::try_from(made(&markup)).unwrap();
    assert_eq!(only.kind, "button");
    let last = &only.action["buttons"][2]["reply"];
    assert_eq!(last["title"], "twenty characters ok");
    let pressed = PressedButton::read(last["id"].as_str().unwrap()).unwrap();
    assert_eq!(pressed.choice(&markup).unwrap().text, "twenty characters ok");
}

#[test]
fn more_or_longer_buttons_are_rows_and_then_lines() {
    for list in [texts(&["1", "2", "3", "4"]), texts(&["twenty-one characters"])] {
        let [only] = <[Interactive; 1]>::try_from(made(&list)).unwrap();
        assert_eq!((only.kind, &only.action["button"]), ("list", &json!("Choose")));
    }
    let ten: Vec<String> = (0..10).map(|number| format!("Answer {number}")).collect();
    let ten: Vec<&str> = ten.iter().map(String::as_str).collect();
    assert_eq!(made(&texts(&ten))[0].action["sections"][0]["rows"].as_array().unwrap().len(), 10);
    let eleven: Vec<&str> = ten.iter().copied().chain(["Answer 10"]).collect();
    assert!(lines(&texts(&eleven)).starts_with("1. Answer 0\n2. Answer 1\n"));
    assert_eq!(
        lines(&texts(&["Yes", "a label that is too long for any place"])),
        "1. Yes\n2. a label that is too long for any place"
    );
    assert_eq!(lines(&texts(&["Yes", "Yes"])), "1. Yes\n2. Yes", "Meta takes no title twice");
    assert_eq!(lines(&texts(&[" "])), "");
}

#[test]
fn one_link_is_a_button_and_several_are_lines() {
    let one = Markup::Buttons(vec![vec![button("Shop", Some("https://acme.test"))]]);
    let [only] = <[Interactive; 1]>::try_from(made(&one)).unwrap();
    assert_eq!(
        only.object(None),
        json!({ "type": "cta_url", "body": { "text": "" }, "action": {
        "name": "cta_url", "parameters": { "display_text": "Shop", "url": "https://acme.test" } } })
    );
    let two = Markup::Buttons(vec![vec![button("Shop", Some("https://acme.test")), button("Yes", None)]]);
    assert_eq!(lines(&two), "Shop – https://acme.test\n2. Yes");
}

fn row(id: &str, title: &str, description: &str) -> Row {
    Row { id: id.to_owned(), title: title.to_owned(), description: description.to_owned() }
}

fn list(sections: Vec<Section>) -> Markup {
    Markup::List(List {
        header: "Pick a service".into(),
        body: "Choose one below".into(),
        footer: "Acme".into(),
        button: "Services".into(),
        sections,
    })
}

#[test]
fn a_list_has_its_parts_and_amocrms_own_ids() {
    let section = Section {
        title: "Available".into(),
        rows: vec![row("k7Qp2Zx1", "Delivery", "1-2 days"), row("k8", "Pick up", "")],
    };
    let [only] = <[Interactive; 1]>::try_from(made(&list(vec![section]))).unwrap();
    let expected = json!({
        "type": "list",
        "header": { "type": "text", "text": "Pick a service" },
        "body": { "text": "Choose one below" },
        "footer": { "text": "Acme" },
        "action": { "button": "Services", "sections": [{ "title": "Available", "rows": [
            { "id": "k7Qp2Zx1", "title": "Delivery", "description": "1-2 days" }, { "id": "k8", "title": "Pick up" } ] }] },
    });
    assert_eq!(only.object(None), expected);
}

#[test]
fn a_row_that_meta_would_shorten_is_found_by_our_id() {
    let long = "Delivery to another town by truck";
    let markup = list(vec![Section {
        title: "A title of a section that is long".into(),
        rows: vec![row("k1", long, ""), row("k2", "Pick up", "")],
    }]);
    let [only] = <[Interactive; 1]>::try_from(made(&markup)).unwrap();
    let section = &only.action["sections"][0];
    let first = &section["rows"][0];
    assert_eq!((first["title"].as_str().unwrap(), first["description"].as_str()), ("Delivery to another…", Some(long)));
    assert_eq!(section["title"], "A title of a section…");
    let choice = PressedButton::read(first["id"].as_str().unwrap()).unwrap().choice(&markup).unwrap();
    assert_eq!((choice.text.as_str(), choice.callback_data.as_deref()), (long, Some("k1")));
    assert_eq!(section["rows"][1]["id"], "k2");
    let twice = list(vec![Section { title: String::new(), rows: vec![row("k", "One", ""), row("k", "Two", "")] }]);
    let ids = &made(&twice)[0].action["sections"][0]["rows"];
    assert_ne!(ids[0]["id"], ids[1]["id"]);
}

#[test]
fn a_list_beyond_ten_rows_is_several() {
    let rows = |from: usize, to: usize| {
        (from..to).map(|number| row(&format!("k{number}"), &format!("Row {number}"), "")).collect()
    };
    let markup = list(vec![
        Section { title: "A".into(), rows: rows(0, 7) },
        Section { title: String::new(), rows: rows(7, 14) },
    ]);
    let made = made(&markup);
    let count = |message: &Interactive| {
        let sections = message.action["sections"].as_array().unwrap();
        sections.iter().map(|section| section["rows"].as_array().unwrap().len()).collect::<Vec<_>>()
    };
    assert_eq!(made.iter().map(count).collect::<Vec<_>>(), [vec![7, 3], vec![4]]);
    assert_eq!(made[0].action["sections"][1]["title"], "–", "with several sections each has a title");
    assert!(made.iter().all(|message| !message.body.is_empty()));
    let headers: Vec<bool> = made.iter().map(|message| message.header.is_some()).collect();
    let footers: Vec<bool> = made.iter().map(|message| message.footer.is_some()).collect();
    assert_eq!((headers, footers), (vec![true, false], vec![false, true]));
}

#[test]
fn text_too_long_for_its_field_is_moved_to_the_body() {
    let header = "h".repeat(61);
    let list = List {
        header: header.clone(),
        body: "Body".into(),
        sections: vec![Section { title: String::new(), rows: vec![row("k", "One", "")] }],
        ..List::default()
    };
    let [only] = <[Interactive; 1]>::try_from(made(&Markup::List(list))).unwrap();
    assert_eq!((only.header, only.body), (None, format!("{header}\n\nBody")));
    assert_eq!(lines(&Markup::List(List::default())), "");
}

#[test]
fn a_number_names_its_line() {
    let eleven: Vec<String> = (1..=11).map(|number| format!("Answer {number}")).collect();
    let eleven = texts(&eleven.iter().map(String::as_str).collect::<Vec<_>>());
    let named = |markup: &Markup, number: usize| numbered_button(markup, number).map(|button| button.text);
    assert_eq!((named(&eleven, 1), named(&eleven, 11)), (Some("Answer 1".into()), Some("Answer 11".into())));
    assert_eq!((named(&eleven, 0), named(&eleven, 12)), (None, None));
    assert_eq!(named(&texts(&["Yes", "No"]), 1), None, "these are buttons to press");
    let mixed = Markup::Buttons(vec![
        vec![button("Shop", Some("https://acme.test")), button(" ", None)],
        vec![button("No", None)],
    ]);
    assert_eq!((named(&mixed, 1), named(&mixed, 2)), (None, Some("No".into())), "a link is no answer");
}
