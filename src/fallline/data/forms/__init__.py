"""Forms: how the cells of a column are written, decided by all of them, and read by the same rule ever after.

found.py            what a search for a form answers
numbers.py          numbers in any dress; number_form.py how those of a column are written
words.py            words for missing, for yes and no, for the steps of a scale
times.py            dates, times and spans; with the files that it is made of: calendar_words.py, counted_times.py,
                    date_order.py, layouts.py, sample.py, spans.py, time_form.py
misfits.py          cells that do not fit, and their names and lines
odd.py              values that may be none: signs for missing, what lies far away
column.py           one column of text: what it is
typed.py            one column of a source that has types
plain.py            columns of plain numbers, all at once
table.py            all columns of a table
rows.py             new rows by the same forms
"""
