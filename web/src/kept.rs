//! Pieces of a page that are drawn anew only where they show something else.
//!
//! Most of a page stays as it is from one step of a walk to the next. To draw a piece, its elements are made, and Yew compares
//! each with the one before; a kept piece compares what it shows instead. One type of component holds them all, as each type
//! of component is code in the first download.

use std::any::Any;
use std::fmt::{self, Debug, Formatter};
use std::rc::Rc;

use yew::virtual_dom::VComp;
use yew::{Component, Context, Html, Properties};

/// What a piece of a page shows. It is drawn from this alone.
pub trait Piece: PartialEq + 'static {
    /// Draws it.
    fn draw(&self) -> Html;
}

/// A piece, which stays as it is as long as what is shown at this place is equal.
pub fn kept(piece: impl Piece) -> Html {
    VComp::new::<Holder>(Rc::new(Held { piece: Rc::new(piece) }), None).into()
}

/// A piece whose type is not known any more.
trait Erased {
    fn draw(&self) -> Html;
    fn is(&self, other: &dyn Erased) -> bool;
    fn any(&self) -> &dyn Any;
}

impl<P: Piece> Erased for P {
    fn draw(&self) -> Html {
        Piece::draw(self)
    }

    fn is(&self, other: &dyn Erased) -> bool {
        other.any().downcast_ref::<P>() == Some(self)
    }

    fn any(&self) -> &dyn Any {
        self
    }
}

#[derive(Clone, Properties)]
struct Held {
    piece: Rc<dyn Erased>,
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.piece.is(&*other.piece)
    }
}

impl Debug for Held {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// Holds a piece: Yew asks it to draw only if what it holds is another one.
#[derive(Debug)]
struct Holder;

impl Component for Holder {
    type Message = ();
    type Properties = Held;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        ctx.props().piece.draw()
    }
}
