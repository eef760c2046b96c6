//! The page to which the `type` of a problem leads: what happened and what to do, in English and Russian, with the words
//! of docs/problems.md.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::error;
use base::i18n::{CRM, Language, Words};
use domain::public_page;

use super::view;

/// For how long browsers and proxies may keep a page.
const KEPT: &str = "public, max-age=300";

#[derive(Template)]
#[template(path = "api/problem.html")]
struct ProblemPage {
    words: Words,
    title: String,
    name: String,
    /// HTML, like the next field.
    to_do: String,
    rules: String,
    other: Language,
    nonce: String,
}

/// `/problems/{name}`.
pub fn routes(config: &mut web::ServiceConfig) {
    for method in [web::get, web::head] {
        config.route("/problems/{name}", method().to(page));
    }
}

async fn page(name: web::Path<String>, request: HttpRequest) -> HttpResponse {
    // The widget's API writes names with dashes.
    let name = name.replace('-', "_");
    let words = Words::new(Language::of_operator(&request));
    if !words.has(&format!("problem-fix-{name}")) {
        return public_page::nothing(&request);
    }
    let shown = ProblemPage {
        title: error::title(&name, words, CRM),
        to_do: view::line(&words.text_of("problem-fix-", &name).to_string()),
        rules: view::line(&words.text("problem-page-rules").to_string()),
        other: if words.language() == Language::Ru { Language::En } else { Language::Ru },
        nonce: public_page::nonce(),
        name,
        words,
    };
    public_page::answer(&shown, &shown.nonce, words, KEPT)
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::http::StatusCode;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};

    use super::*;

    /// Every name that a problem can have: those with a title, but the title of names without their own.
    fn names() -> Vec<String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../locales/en");
        let files = std::fs::read_dir(folder).unwrap();
        let texts: Vec<String> = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
        let keys = texts
            .iter()
            .flat_map(|text| text.lines())
            .filter_map(|line| line.split_once(" =")?.0.strip_prefix("problem-"));
        let names = keys.filter(|key| !key.contains('-') && *key != "conflict");
        names.map(str::to_owned).collect()
    }

    #[actix_web::test]
    async fn every_type_of_a_problem_leads_to_its_page_in_both_languages() {
        let service = init_service(App::new().configure(routes)).await;
        let names = names();
        assert!(names.len() > 50, "{}", names.len());
        for (name, language) in names.iter().flat_map(|name| [(name, Language::En), (name, Language::Ru)]) {
            let words = Words::new(language);
            for path in [format!("/problems/{name}"), format!("/problems/{}", name.replace('_', "-"))] {
                let request = TestRequest::with_uri(&format!("{path}?lang={}", language.code())).to_request();
                let answer = call_service(&service, request).await;
                assert_eq!(answer.status(), StatusCode::OK, "{path} in {language:?}");
                let page = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
                let to_do = view::line(&words.text_of("problem-fix-", name).to_string());
                assert!(
                    page.contains(&to_do) && page.contains(&format!("<code>/problems/{name}</code>")),
                    "{path}: {page}"
                );
                assert!(!page.contains('`') && page.contains(&format!("<html lang=\"{}\"", language.code())), "{page}");
            }
        }
        for nothing in ["/problems/conflict", "/problems/page-rules", "/problems/x%00"] {
            let answer = call_service(&service, TestRequest::with_uri(nothing).to_request()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{nothing}");
        }
    }
}
