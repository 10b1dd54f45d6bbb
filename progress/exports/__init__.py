"""What is given out of a bulletin: workbook, official document (PDF, Word), pictures, text.

document.py     the plain data everything is drawn from
paper.py        the official document as plain data; pdf.py and word.py print it
picture.py      rankings for work groups; text.py a paragraph to paste; workbook.py the figures
typesetting.py  the way to typst; its templates lie in typst/
render.py       bulletin → files; store.py keeps what was given out
"""

from progress.exports.drawing import File, document_of, picture_labels, render
from progress.exports.store import give_out, preview, whole_set
from progress.models import FileFormat as Format

__all__ = ["File", "Format", "document_of", "give_out", "picture_labels", "preview", "render", "whole_set"]
