//! Mounts the page.

fn main() {
    yew::Renderer::<pagewalk_web::App>::new().render();
}
